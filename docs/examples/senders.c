#include <mailreeve/report.h>
#include <stdio.h>

int main(void)
{
	struct reeve_error err;
	struct reeve_report *report = reeve_report_new(NULL, &err);
	const struct reeve_report_figures *figures = NULL;

	if (report != NULL && reeve_report_read(report, "inbox", &err) == 0)
		figures = reeve_report_figures(report, &err);
	if (figures == NULL)
		fprintf(stderr, "%s\n", err.text);
	for (size_t i = 0; figures != NULL && i < figures->senders.count; i++)
		printf("%12ju %s\n", (uintmax_t)figures->senders.rows[i].tally.bytes,
		       figures->senders.rows[i].name);
	reeve_report_free(report);
	return figures != NULL ? 0 : 1;
}
