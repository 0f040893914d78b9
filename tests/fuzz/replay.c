/* SPDX-License-Identifier: MIT */
/*
 * main() of a fuzz target where there is no libFuzzer (gcc): plays each file named, and each file
 * in a folder named, once. Options, which begin with '-', are libFuzzer's and passed over.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void die(const char *path)
{
	perror(path);
	exit(EXIT_FAILURE);
}

/* The bytes lie in a heap buffer of their exact size, so the sanitizer sees one too many. */
static void play(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		die(path);
	size_t n = (size_t)st.st_size;
	uint8_t *bytes = malloc(n);
	if (n > 0 && (bytes == NULL || fread(bytes, 1, n, f) != n))
		die(path);
	fclose(f);
	LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
}

static int play_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int played = 0;

	if (dir == NULL)
		die(path);
	while ((entry = readdir(dir)) != NULL) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		play(name);
		played++;
	}
	closedir(dir);
	return played;
}

int main(int argc, char **argv)
{
	int played = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (argv[i][0] == '-')
			continue;
		if (stat(argv[i], &st) != 0)
			die(argv[i]);
		if (S_ISDIR(st.st_mode)) {
			played += play_folder(argv[i]);
		} else {
			play(argv[i]);
			played++;
		}
	}
	printf("%d inputs played\n", played);
	return EXIT_SUCCESS;
}
