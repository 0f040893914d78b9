/* SPDX-License-Identifier: MIT */
/* What goes with a user who leaves: found, and made into steps. */
#include "user/belongings.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/way.h"
#include "user/home.h"
#include "user/leftover.h"
#include "user/places.h"
#include "user/system.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- what goes with him --------------------------------------------------------------------- */

static void add_part(struct users_leaving *leaving, const char *path, bool is_folder)
{
	leaving->parts[leaving->part_count++] =
		(struct users_part){.path = path, .is_folder = is_folder, .fd = -1, .dirfd = -1};
}

int users_leaving_look(const struct reeve_users *users, const char *path, struct stat *st_r,
                       struct reeve_error *err)
{
	struct reeve_error why = {0};
	const char *name;
	int dirfd = users_place_folder(users, path, &name, &why), result = 1;

	if (dirfd < 0 && why.sys_errno != ENOENT) {
		*err = why;
		return -1;
	}
	if (dirfd < 0)
		return 0;
	if (fstatat(dirfd, name, st_r, AT_SYMLINK_NOFOLLOW) < 0)
		result = errno == ENOENT ? 0 : reeve_fail_errno(err, "cannot look at '%s'", path);
	close(dirfd);
	return result;
}

bool users_is_nobodys(const struct reeve_users *users, uid_t uid)
{
	return uid != 0 && reeve_accounts_uid(&users->accounts, uid) == NULL &&
	       !users_system_uid_elsewhere(users, uid);
}

void users_leaving_stays(struct reeve_users *users, const char *name, const char *what,
                         const char *path, const char *why)
{
	users_step_add(users, &(struct users_step){
				      .user = name,
				      .text = reeve_users_text(users, "%s '%s' stays: %s", what,
	                                                       path, why)});
	reeve_diag(&users->talk, REEVE_WARNING, path, 0, 0, "%s of '%s' stays: %s", what, name, why);
}

int users_leaving_home(struct reeve_users *users, struct users_leaving *leaving, const char *home,
                       struct reeve_error *err)
{
	const struct reeve_account *other;
	struct stat st;
	struct reeve_error bad = {0};
	const char *why = NULL;
	int found;

	if (home[0] == '\0') {
		reeve_diag(&users->talk, REEVE_WARNING, NULL, 0, 0,
		           "'%s' has no home: mail of his that is elsewhere stays", leaving->name);
		return 0;
	}
	home = users_path_clean(users, home);
	if (strcmp(home, USERS_NO_HOME) == 0)
		return 0;
	/* What such a path names nobody can say: it is not looked for. */
	if (users_path_check(home, "the home", &bad) < 0) {
		users_leaving_stays(users, leaving->name, "the home", home,
		                    reeve_users_keep(users, bad.text));
		return 0;
	}
	found = users_leaving_look(users, home, &st, err);
	if (found <= 0)
		return found;
	other = users_home_shared(users, home, leaving->name);
	if (users_home_is_systems(home))
		why = "it is where the system has its own";
	else if (!S_ISDIR(st.st_mode))
		why = "it is no folder";
	else if (st.st_uid != leaving->uid)
		why = "it is not his";
	else if (other != NULL)
		why = reeve_users_text(users, "it is that of '%s', too, or has it inside",
		                       other->name);
	if (why == NULL) {
		add_part(leaving, home, true);
		return 1;
	}
	users_leaving_stays(users, leaving->name, "the home", home, why);
	return 0;
}

int users_leaving_box(struct reeve_users *users, struct users_leaving *leaving, const char *path,
                      const char *home, struct reeve_error *err)
{
	struct stat st;
	int found;

	path = users_path_clean(users, path);
	/* ".." would be a second name for what is somebody else's. */
	if (users_path_check(path, "the mailbox", err) < 0)
		return -1;
	if (home != NULL && home[0] == '/' && strcmp(home, "/") != 0 &&
	    users_path_is_inside(path, home))
		return 0;
	for (size_t i = 0; i < leaving->part_count; i++)
		if (strcmp(leaving->parts[i].path, path) == 0)
			return 0;
	found = users_leaving_look(users, path, &st, err);
	if (found <= 0)
		return found;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is neither a file nor a folder", path);
	/* What add left unfinished is empty, and root's. */
	if (st.st_uid != leaving->uid && (st.st_uid != 0 || st.st_size > 0 || !S_ISREG(st.st_mode)))
		return reeve_fail(err, REEVE_EREFUSED, "the mailbox '%s' belongs to uid %ju", path,
		                  (uintmax_t)st.st_uid);
	add_part(leaving, path, S_ISDIR(st.st_mode));
	return 1;
}

/* ---- the archive ---------------------------------------------------------------------------- */

/* Whether an open folder is one of the parts, or inside one. */
static int is_in_parts(const struct reeve_users *users, const struct users_leaving *leaving, int fd,
                       struct reeve_error *err)
{
	struct stat here, above, part;
	int at = dup(fd), found = 0;

	while (at >= 0 && fstat(at, &here) == 0 && !found) {
		for (size_t i = 0; i < leaving->part_count; i++)
			if (leaving->parts[i].is_folder &&
			    users_leaving_look(users, leaving->parts[i].path, &part, err) == 1 &&
			    part.st_dev == here.st_dev && part.st_ino == here.st_ino)
				found = 1;
		int up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		close(at);
		at = up;
		if (at >= 0 && fstat(at, &above) == 0 && above.st_dev == here.st_dev &&
		    above.st_ino == here.st_ino)
			break;
	}
	if (at >= 0)
		close(at);
	return found;
}

/* "ann-20261129-163000.tar"; of another try in the same second, "-2.tar". */
static const char *free_name(struct reeve_users *users, int dirfd, const char *name,
                             const char *stamp)
{
	const char *archive = reeve_users_text(users, "%s-%s.tar", name, stamp);

	for (int i = 2; i < 100; i++) {
		const char *part = reeve_users_text(users, "%s.part", archive);

		if (faccessat(dirfd, archive, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		    faccessat(dirfd, part, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			break;
		archive = reeve_users_text(users, "%s-%s-%d.tar", name, stamp, i);
	}
	return archive;
}

static int add_archive(struct reeve_users *users, struct users_leaving *leaving,
                       const char *archive, struct reeve_error *err)
{
	char stamp[24];
	time_t now = time(NULL);
	struct tm tm;
	int fd, inside, result;

	if (archive == NULL || archive[0] == '\0')
		return reeve_fail(err, REEVE_EUSAGE, "no folder for the archive is named");
	if (localtime_r(&now, &tm) == NULL)
		return reeve_fail(err, REEVE_EIO, "the clock has no date");
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
	fd = reeve_way_open(archive, err);
	if (fd < 0)
		return -1;
	inside = is_in_parts(users, leaving, fd, err);
	leaving->archive = free_name(users, fd, leaving->name, stamp);
	if (inside > 0) {
		close(fd);
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the archive's folder '%s' is in what shall be removed", archive);
	}
	if (leaving->part_count == 0) { /* nothing is copied */
		result = users_leftover_archives(users, leaving, fd, archive, err);
		close(fd);
		return result;
	}
	leaving->folder = reeve_users_keep(users, archive);
	users_step_add(users,
	               &(struct users_step){.order = USERS_ARCHIVE,
	                                    .user = leaving->name,
	                                    .text = reeve_users_text(
						    users, "archive the mail of '%s' in '%s/%s'",
						    leaving->name, archive, leaving->archive),
	                                    .is_change = true,
	                                    .carry_out = users_leaving_archive,
	                                    .take_back = users_leaving_unarchive,
	                                    .what = leaving});
	result = users_leftover_archives(users, leaving, fd, archive, err);
	close(fd);
	return result;
}

/* ---- steps ---------------------------------------------------------------------------------- */

struct users_leaving *users_leaving_new(struct reeve_users *users, const char *name, uid_t uid)
{
	struct users_steps *steps = users_steps(users);
	struct users_leaving *leaving =
		steps == NULL ? NULL : reeve_arena_alloc(users->arena, sizeof *leaving);

	if (leaving == NULL)
		return NULL;
	leaving->name = reeve_users_keep(users, name);
	leaving->uid = uid;
	leaving->next = steps->leaving;
	steps->leaving = leaving;
	return leaving;
}

int users_leaving_copy(struct reeve_users *users, struct users_leaving *leaving,
                       enum reeve_users_mail mail, const char *archive, struct reeve_error *err)
{
	for (size_t i = 0; i < leaving->part_count; i++)
		if (users_leftover_lock(users, &leaving->parts[i], err) < 0)
			return -1;
	if (leaving->part_count > 0)
		users_step_add(users, &(struct users_step){.order = USERS_ARCHIVE,
		                                           .user = leaving->name,
		                                           .is_change = true,
		                                           .carry_out = users_leaving_hold,
		                                           .take_back = users_leaving_let_go,
		                                           .what = leaving});
	return mail == REEVE_USERS_ARCHIVE_MAIL ? add_archive(users, leaving, archive, err) : 0;
}

void users_leaving_go(struct reeve_users *users, struct users_leaving *leaving,
                      enum users_order order)
{
	for (size_t i = 0; i < leaving->part_count; i++) {
		const struct users_part *part = &leaving->parts[i];
		const char *text =
			reeve_users_text(users, "remove '%s'%s", part->path,
		                         part->is_folder ? " and all that is in it" : "");

		users_step_add(users, &(struct users_step){
					      .order = order,
					      .user = leaving->name,
					      .text = text,
					      .is_change = true,
					      .is_mail = true,
					      /* The first takes all with it. */
					      .carry_out = i == 0 ? users_leaving_remove : NULL,
					      .what = leaving});
	}
}
