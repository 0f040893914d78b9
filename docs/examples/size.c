#include <mailreeve/base.h>
#include <stdio.h>

int main(void)
{
	struct reeve_error err;
	uint64_t bytes;
	char text[16];

	if (reeve_size_parse("1.5M", &bytes, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%s\n", reeve_size_format(bytes, text));
	return 0;
}
