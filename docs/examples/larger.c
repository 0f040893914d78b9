#include <mailreeve/conf.h>
#include <stdio.h>

int main(void)
{
	struct reeve_conf_how how = {.root = "."};
	struct reeve_conf_setting setting;
	struct reeve_error err;
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_POSTFIX, &how, &err);
	int r = -1;

	if (conf != NULL)
		r = reeve_conf_get(conf, "message_size_limit", REEVE_CONF_EFFECTIVE, &setting, &err);
	if (r > 0) {
		printf("it is %s\n", setting.value);
		r = reeve_conf_set(conf, "message_size_limit", "52428800", &err);
	}
	for (size_t i = 0; r > 0 && i < reeve_conf_file_count(conf); i++) {
		struct reeve_conf_file file = reeve_conf_file(conf, i);

		if (file.new_bytes != file.old_bytes)
			printf("%s: %zu bytes, then %zu\n", file.path, file.old_size, file.new_size);
	}
	if (r < 0)
		fprintf(stderr, "%s\n", err.text);
	reeve_conf_close(conf);
	return r < 0 ? 1 : 0;
}
