#include <mailreeve/plan.h>
#include <stdio.h>

int main(void)
{
	static const char old[] = "size = 10M\n", new[] = "size = 20M\n";
	struct reeve_plan_how how = {.root = ".", .what = "an example"};
	struct reeve_plan_result result = {0};
	struct reeve_error err;
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);
	int r = -1;

	if (plan != NULL) {
		reeve_plan_replace(plan, "./settings", old, sizeof old - 1, new, sizeof new - 1);
		r = reeve_plan_apply(plan, &result, &err);
	}
	reeve_plan_free(plan);
	if (r == 0)
		printf("to undo it: reeve-undo --root=. %s\n", result.id);
	else
		fprintf(stderr, "%s\n", err.text);
	return r == 0 ? 0 : 1;
}
