#include <mailreeve/user.h>
#include <stdio.h>

static void say(void *user, const struct reeve_diag *diag)
{
	(void)user;
	printf("%s:%ju: %s\n", diag->file != NULL ? diag->file : "", (uintmax_t)diag->line,
	       diag->text);
}

int main(void)
{
	struct reeve_talk talk = {.diag = say};
	struct reeve_users_how how = {.root = ".", .talk = &talk};
	struct reeve_error err;
	struct reeve_users *users = reeve_users_open(&how, &err);
	struct reeve_user user;
	int more;

	if (users == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	while ((more = reeve_users_next(users, &user, &err)) > 0)
		printf("%s: %ju bytes%s\n", user.name, (uintmax_t)user.mailbox_bytes,
		       user.is_locked ? ", locked" : "");
	if (more < 0 || reeve_users_check(users, false, &err) < 0)
		fprintf(stderr, "%s\n", err.text);
	reeve_users_close(users);
}
