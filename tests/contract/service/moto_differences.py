"""Where moto's SWF differs from SWF: the cases that it does not pass, each with its reason.

A case that stands here and passes on moto fails the tests, as does one that does not stand here
and fails on moto. ``docs/reference/compatibility.md`` is made of this table; see
``compatibility.py``. A case is ``module::function``, or ``module::function[example]`` where moto
passes some of its examples.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One way in which moto is not SWF.

    Args:
        reason: What moto does.
        touches: The operations and decisions that it is about.
        cases: The cases that show it.
        missing: Those of them that moto does not have at all.
    """

    reason: str
    touches: tuple[str, ...]
    cases: tuple[str, ...]
    missing: tuple[str, ...] = ()


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        reason="Types cannot be deleted.",
        touches=(
            "DeleteActivityType",
            "DeleteWorkflowType",
        ),
        cases=(
            "test_activities::test_a_deleted_type_is_not_scheduled",
            "test_starting::test_executions_of_a_deleted_type_go_on",
            "test_types::test_a_deprecated_type_is_deleted_and_registered_anew",
            "test_types::test_a_type_in_use_is_not_deleted",
            "test_types::test_an_unknown_type_cannot_be_deleted",
        ),
        missing=(
            "DeleteActivityType",
            "DeleteWorkflowType",
        ),
    ),
    Difference(
        reason="Nobody can ask an execution to cancel.",
        touches=("RequestCancelWorkflowExecution",),
        cases=(
            "test_interventions::test_a_closed_execution_is_a_fault[cancel]",
            "test_interventions::test_a_request_to_cancel_is_recorded_and_wakes_the_decider",
            "test_interventions::test_a_run_is_addressed_by_its_run_id[cancel]",
            "test_interventions::test_an_unknown_domain_is_a_fault[cancel]",
            "test_interventions::test_an_unknown_workflow_is_a_fault[cancel]",
            "test_interventions::test_a_request_to_cancel_is_over_when_the_execution_closes",
            "test_interventions::test_the_decider_may_ignore_a_request_to_cancel",
        ),
        missing=("RequestCancelWorkflowExecution",),
    ),
    Difference(
        reason="A worker cannot answer that it cancelled its task.",
        touches=("RespondActivityTaskCanceled",),
        cases=(
            "test_activities::test_a_task_is_answered_once[respond_activity_task_canceled]",
            "test_activities::test_a_task_of_a_closed_execution_is_over[respond_activity_task_canceled]",
            "test_activities::test_a_token_that_is_none_is_refused[respond_activity_task_canceled]",
        ),
        missing=("RespondActivityTaskCanceled",),
    ),
    Difference(
        reason="An activity task cannot be cancelled, so no heartbeat asks for it.",
        touches=(
            "RequestCancelActivityTask",
            "RecordActivityTaskHeartbeat",
        ),
        cases=(
            "test_activities::test_a_cancellation_is_recorded_and_wakes_the_decider",
            "test_activities::test_a_worker_hears_of_a_cancellation_by_its_heartbeat",
            "test_activities::test_a_worker_need_not_obey_a_cancellation",
            "test_activities::test_an_activity_that_did_not_start_is_cancelled_at_once",
            "test_activities::test_an_unknown_activity_is_not_cancelled",
        ),
        missing=("RequestCancelActivityTask",),
    ),
    Difference(
        reason="Executions cannot be counted.",
        touches=(
            "CountClosedWorkflowExecutions",
            "CountOpenWorkflowExecutions",
        ),
        cases=(
            "test_visibility::test_an_unknown_domain_is_a_fault[count_open]",
            "test_visibility::test_an_unknown_domain_is_a_fault[count_closed]",
            "test_visibility::test_closed_executions_are_found_by_how_they_closed",
            "test_visibility::test_closed_executions_come_newest_first_by_what_is_filtered",
            "test_visibility::test_executions_are_found_by_id",
            "test_visibility::test_executions_are_found_by_tag",
            "test_visibility::test_executions_are_found_by_their_times",
            "test_visibility::test_executions_are_found_by_type",
            "test_visibility::test_one_filter_is_taken_and_no_more[count_open]",
            "test_visibility::test_one_filter_is_taken_and_no_more[count_closed]",
            "test_visibility::test_open_executions_come_newest_first",
        ),
        missing=(
            "CountClosedWorkflowExecutions",
            "CountOpenWorkflowExecutions",
        ),
    ),
    Difference(
        reason="Executions have no children; a parent is never shown.",
        touches=("StartChildWorkflowExecution",),
        cases=(
            "test_child_policies::test_a_child_that_is_asked_to_cancel_has_a_decision_to_make",
            "test_child_policies::test_a_timeout_applies_the_executions_own_policy",
            "test_child_policies::test_grandchildren_follow_the_policy_of_their_own_parent",
            "test_child_policies::test_termination_applies_the_executions_own_policy",
            "test_child_policies::test_termination_may_name_another_policy",
            "test_children::test_a_child_is_started_and_wakes_its_parent",
            "test_children::test_a_child_knows_its_parent",
            "test_children::test_a_child_may_be_started_again_when_it_closed",
            "test_children::test_a_closed_parent_hears_nothing",
            "test_children::test_a_deprecated_type_is_not_started",
            "test_children::test_a_parent_hears_that_a_child_timed_out",
            "test_children::test_a_parent_hears_that_a_child_was_terminated",
            "test_children::test_a_parent_hears_what_a_child_decided",
            "test_children::test_a_parent_that_closes_leaves_its_children_alone",
            "test_children::test_a_setting_that_is_given_nowhere_fails",
            "test_children::test_a_workflow_that_runs_is_not_started_but_was_initiated",
            "test_children::test_an_unknown_type_is_not_started",
            "test_children::test_several_children_of_one_answer_are_each_started",
            "test_children::test_what_cannot_be_started_was_not_initiated",
            "test_continue_as_new::test_a_child_that_continued_follows_its_parents_policy",
            "test_continue_as_new::test_a_child_of_the_same_id_does_not_take_the_place_of_the_next_run",
            "test_continue_as_new::test_a_child_that_continues_is_the_same_child",
            "test_continue_as_new::test_children_stay_with_the_run_that_started_them",
            "test_describing::test_a_child_names_its_parent",
            "test_describing::test_open_children_are_counted",
            "test_external::test_a_parent_cancels_its_child",
        ),
        missing=("StartChildWorkflowExecution",),
    ),
    Difference(
        reason="Executions do not continue as new.",
        touches=("ContinueAsNewWorkflowExecution",),
        cases=(
            "test_batches::test_a_closing_decision_is_the_last[ContinueAsNewWorkflowExecution]",
            "test_continue_as_new::test_a_deprecated_version_is_not_continued",
            "test_continue_as_new::test_a_setting_that_is_given_nowhere_fails",
            "test_continue_as_new::test_an_execution_with_news_does_not_continue",
            "test_continue_as_new::test_an_unknown_version_is_not_continued",
            "test_continue_as_new::test_another_run_of_the_workflow_begins",
            "test_continue_as_new::test_settings_come_from_the_type_and_not_from_the_run_before",
            "test_continue_as_new::test_settings_of_the_decision_come_first",
            "test_continue_as_new::test_the_version_may_be_another",
        ),
        missing=("ContinueAsNewWorkflowExecution",),
    ),
    Difference(
        reason="Executions do not write to each other.",
        touches=(
            "RequestCancelExternalWorkflowExecution",
            "SignalExternalWorkflowExecution",
        ),
        cases=(
            "test_external::test_a_message_is_sent_by_who_closes",
            "test_external::test_a_request_to_cancel_is_seen_from_outside",
            "test_external::test_a_run_is_addressed_by_its_run_id",
            "test_external::test_a_signal_brings_its_name_and_input",
            "test_external::test_an_execution_may_write_to_itself",
            "test_external::test_the_target_hears_and_the_sender_knows",
            "test_external::test_who_is_not_there_does_not_hear",
        ),
        missing=(
            "RequestCancelExternalWorkflowExecution",
            "SignalExternalWorkflowExecution",
        ),
    ),
    Difference(
        reason="There are no Lambda functions.",
        touches=("ScheduleLambdaFunction",),
        cases=(
            "test_lambdas::test_a_function_gives_its_result",
            "test_lambdas::test_a_function_has_at_most_fifteen_minutes",
            "test_lambdas::test_a_function_of_a_closed_execution_changes_nothing",
            "test_lambdas::test_a_function_that_raises_fails",
            "test_lambdas::test_an_id_in_use_is_not_scheduled",
            "test_lambdas::test_an_unknown_function_fails",
            "test_lambdas::test_without_a_role_no_function_starts",
        ),
        missing=("ScheduleLambdaFunction",),
    ),
    Difference(
        reason="A signal needs an input, and does not say that it came from outside.",
        touches=("SignalWorkflowExecution",),
        cases=(
            "test_interventions::test_a_run_is_addressed_by_its_run_id[signal]",
            "test_interventions::test_a_signal_from_outside_names_no_sender",
            "test_interventions::test_a_signal_needs_no_input",
            "test_interventions::test_an_unknown_domain_is_a_fault[signal]",
        ),
    ),
    Difference(
        reason="Each signal makes a decision task, also while one waits or is in hand.",
        touches=(
            "SignalWorkflowExecution",
            "PollForDecisionTask",
        ),
        cases=(
            "test_decision_tasks::test_news_during_a_task_make_one_more_task_that_waits_for_the_first",
            "test_describing::test_one_decision_task_is_counted_while_another_waits",
            "test_interventions::test_signals_before_a_decision_make_one_task",
        ),
    ),
    Difference(
        reason="Termination leaves tasks waiting.",
        touches=("TerminateWorkflowExecution",),
        cases=("test_interventions::test_termination_takes_all_tasks_away",),
    ),
    Difference(
        reason="Page sizes and page tokens are not looked at; a list comes whole.",
        touches=(
            "GetWorkflowExecutionHistory",
            "ListActivityTypes",
            "ListDomains",
            "ListWorkflowTypes",
            "ListOpenWorkflowExecutions",
            "ListClosedWorkflowExecutions",
            "PollForDecisionTask",
        ),
        cases=(
            "test_decision_tasks::test_a_page_of_a_task_that_is_over_is_a_fault",
            "test_decision_tasks::test_a_paginator_gives_all_events_of_a_task",
            "test_decision_tasks::test_a_tasks_page_token_is_not_one_of_a_history",
            "test_histories::test_a_history_comes_in_pages",
            "test_histories::test_a_page_size_that_may_not_be_is_refused",
            "test_histories::test_a_token_is_of_no_use_elsewhere",
            "test_histories::test_a_token_lives_for_a_day",
            "test_histories::test_a_token_may_be_used_twice",
            "test_histories::test_a_token_that_is_none_is_refused",
            "test_histories::test_the_last_page_has_no_token_even_if_it_is_full",
            "test_types::test_types_come_in_pages",
            "test_visibility::test_a_token_that_is_none_is_refused",
            "test_visibility::test_executions_that_began_at_once_are_each_on_one_page",
            "test_visibility::test_lists_come_in_pages",
        ),
    ),
    Difference(
        reason="Settings that come from the type are not shown in ActivityTaskScheduled.",
        touches=("ScheduleActivityTask",),
        cases=("test_activities::test_settings_come_from_the_type",),
    ),
    Difference(
        reason="An activity's id is used once in an execution.",
        touches=("ScheduleActivityTask",),
        cases=("test_activities::test_an_id_is_free_again_when_its_activity_closed",),
    ),
    Difference(
        reason=(
            "Of the timeouts there are those of executions, of decision tasks and of heartbeats; "
            "they are noticed at the next poll or answer, and the heartbeat's clock begins when "
            "the task is scheduled."
        ),
        touches=(
            "PollForActivityTask",
            "RecordActivityTaskHeartbeat",
        ),
        cases=(
            "test_activity_timeouts::test_a_timeout_is_stamped_with_the_moment_at_which_it_ran_out",
            "test_activity_timeouts::test_an_activity_that_timed_out_may_be_tried_again",
            "test_activity_timeouts::test_an_activity_times_out_and_wakes_the_decider",
            "test_activity_timeouts::test_heartbeats_put_no_other_timeout_off",
            "test_activity_timeouts::test_the_first_timeout_counts",
            "test_activity_timeouts::test_the_heartbeat_clock_begins_when_the_task_does",
            "test_closing::test_an_execution_times_out",
            "test_closing::test_an_execution_times_out_at_its_moment",
            "test_decision_tasks::test_a_task_that_is_not_answered_in_time_is_given_again",
            "test_decision_tasks::test_a_task_that_timed_out_is_not_the_previous_one",
            "test_decision_tasks::test_a_timeout_is_stamped_with_the_moment_at_which_it_ran_out",
            "test_decision_tasks::test_an_unlimited_task_does_not_time_out",
            "test_decision_tasks::test_news_while_a_task_times_out_make_no_second_task",
        ),
    ),
    Difference(
        reason="Settings of NONE make later calls fail.",
        touches=("StartWorkflowExecution",),
        cases=("test_starting::test_settings_may_be_unlimited",),
    ),
    Difference(
        reason="Names are not checked.",
        touches=(
            "RegisterDomain",
            "RegisterActivityType",
            "RegisterWorkflowType",
            "StartWorkflowExecution",
            "PollForActivityTask",
        ),
        cases=(
            "test_activities::test_a_polled_list_may_not_have_any_name",
            "test_domains::test_a_name_that_may_not_be_is_refused",
            "test_starting::test_an_id_that_may_not_be_is_refused",
            "test_types::test_a_name_that_may_not_be_is_refused",
        ),
    ),
    Difference(
        reason="Lengths, durations and numbers are not checked.",
        touches=(
            "RegisterDomain",
            "RegisterActivityType",
            "RegisterWorkflowType",
            "StartWorkflowExecution",
            "RespondActivityTaskCompleted",
            "RespondActivityTaskFailed",
            "RespondDecisionTaskCompleted",
            "RecordActivityTaskHeartbeat",
        ),
        cases=(
            "test_activities::test_an_answer_has_a_greatest_length",
            "test_batches::test_a_decision_with_what_may_not_be_spoils_the_answer",
            "test_domains::test_a_retention_period_that_may_not_be_is_refused",
            "test_requests::test_an_absurd_number_is_refused",
            "test_requests::test_an_unknown_enumeration_value_names_the_known_ones",
            "test_starting::test_a_setting_that_may_not_be_is_refused",
            "test_starting::test_an_input_of_32768_characters_is_taken_and_no_longer_one",
            "test_starting::test_five_tags_are_taken_and_six_are_not",
            "test_types::test_a_default_that_may_not_be_is_refused",
            "test_types::test_a_priority_that_may_not_be_is_refused",
        ),
    ),
    Difference(
        reason=(
            "What is not a good request ends with HTTP 500 or with a fault in another name space;"
            " sizes are not limited."
        ),
        touches=(),
        cases=(
            "test_requests::test_a_request_of_more_than_a_megabyte_is_refused",
            "test_requests::test_a_wrong_type_is_a_serialization_exception",
            "test_requests::test_all_violations_are_counted",
            "test_requests::test_an_answer_is_json_with_a_request_id",
            "test_requests::test_an_invalid_request_is_a_validation_exception",
            "test_requests::test_an_unknown_operation_is_a_fault",
            "test_requests::test_what_is_not_json_is_a_serialization_exception",
        ),
    ),
    Difference(
        reason="A missing member may be counted twice.",
        touches=("RespondDecisionTaskCompleted",),
        cases=("test_batches::test_a_missing_member_is_named",),
    ),
    Difference(
        reason="After a decision that failed, a closing one is followed by another decision task.",
        touches=("RespondDecisionTaskCompleted",),
        cases=("test_batches::test_an_execution_closes_though_another_decision_failed",),
    ),
    Difference(
        reason=(
            "The events of one call have several timestamps; times of registrations and starts "
            "are made up."
        ),
        touches=("DescribeWorkflowExecution",),
        cases=(
            "test_batches::test_decisions_are_carried_out_in_order_with_one_timestamp",
            "test_describing::test_it_began_with_its_first_event",
            "test_describing::test_it_ended_with_its_last_event",
            "test_describing::test_the_latest_activity_and_context_are_told",
            "test_starting::test_an_execution_starts_with_its_start_and_a_decision_task",
        ),
    ),
    Difference(
        reason="CompleteWorkflowExecution and FailWorkflowExecution close also when there is news.",
        touches=(
            "CompleteWorkflowExecution",
            "FailWorkflowExecution",
        ),
        cases=(
            "test_closing::test_an_execution_with_news_does_not_close[Complete]",
            "test_closing::test_an_execution_with_news_does_not_close[Fail]",
        ),
    ),
    Difference(
        reason="Timers fire in closed executions, open things stay counted.",
        touches=(
            "StartTimer",
            "DescribeWorkflowExecution",
        ),
        cases=(
            "test_closing::test_nothing_happens_after_the_close",
            "test_describing::test_nothing_is_open_in_a_closed_execution",
            "test_timers::test_no_timer_fires_in_a_closed_execution",
        ),
    ),
    Difference(
        reason="Open timers are not counted while they run.",
        touches=("DescribeWorkflowExecution",),
        cases=("test_describing::test_what_is_open_is_counted",),
    ),
    Difference(
        reason="A context is forgotten with the next answer.",
        touches=("DescribeWorkflowExecution",),
        cases=("test_describing::test_a_context_stays_until_another_is_given",),
    ),
    Difference(
        reason=(
            "Some members are missing: previousStartedEventId of a first task, "
            "parentInitiatedEventId, priorities, roles."
        ),
        touches=(
            "PollForDecisionTask",
            "StartWorkflowExecution",
        ),
        cases=(
            "test_decision_tasks::test_a_decider_is_given_the_history_up_to_the_start_of_its_task",
            "test_starting::test_a_priority_and_a_role_are_kept",
            "test_starting::test_a_root_execution_has_no_parent",
            "test_types::test_a_default_priority_is_kept[activity]",
        ),
    ),
    Difference(
        reason="startAtPreviousStartedEvent is not looked at.",
        touches=("PollForDecisionTask",),
        cases=(
            "test_decision_tasks::test_new_events_come_backwards",
            "test_decision_tasks::test_only_new_events_are_given_on_request",
        ),
    ),
    Difference(
        reason="Tags of domains are neither limited nor checked.",
        touches=(
            "TagResource",
            "UntagResource",
            "ListTagsForResource",
            "RegisterDomain",
        ),
        cases=(
            "test_domain_tags::test_a_domain_carries_fifty_tags_at_most",
            "test_domain_tags::test_a_domain_is_not_registered_with_more_than_fifty_tags",
            "test_domain_tags::test_a_tag_may_have_no_value",
            "test_domain_tags::test_an_unknown_resource_is_a_fault",
        ),
    ),
    Difference(
        reason=(
            "A deprecated domain takes types and executions, keeps its types registered, and "
            "lists no executions."
        ),
        touches=(
            "DeprecateDomain",
            "ListOpenWorkflowExecutions",
            "ListClosedWorkflowExecutions",
        ),
        cases=(
            "test_domains::test_a_deprecated_domain_takes_no_types_and_no_executions",
            "test_domains::test_deprecating_a_domain_deprecates_its_types",
            "test_domains::test_executions_of_a_deprecated_domain_go_on_and_are_seen",
        ),
    ),
    Difference(
        reason="Tasks have no priorities.",
        touches=(
            "PollForActivityTask",
            "PollForDecisionTask",
        ),
        cases=(
            "test_polls::test_the_higher_priority_of_activities_comes_first",
            "test_polls::test_the_higher_priority_of_executions_comes_first",
            "test_polls::test_the_priority_comes_from_the_type",
            "test_polls::test_without_a_priority_it_is_zero",
        ),
    ),
    Difference(
        reason="Closed executions are kept for ever.",
        touches=("RegisterDomain",),
        cases=(
            "test_retention::test_a_closed_execution_is_kept_for_the_domains_period",
            "test_retention::test_without_a_period_nothing_is_kept",
        ),
    ),
    Difference(
        reason="Decision tasks stay on their list.",
        touches=("RespondDecisionTaskCompleted",),
        cases=(
            "test_task_list_overrides::test_a_task_list_alone_moves_the_execution_for_good",
            "test_task_list_overrides::test_a_task_made_during_the_answer_goes_to_the_new_list",
            "test_task_list_overrides::test_a_task_that_is_not_answered_goes_back_to_the_original_list",
            "test_task_list_overrides::test_a_task_that_nobody_takes_goes_back_to_the_original_list",
            "test_task_list_overrides::test_with_a_timeout_it_moves_while_somebody_is_there",
        ),
    ),
    Difference(
        reason=(
            "A cancelled timer is recorded as TimerCancelled, which SDKs do not know; a failure "
            "to cancel does not name the timer."
        ),
        touches=("CancelTimer",),
        cases=(
            "test_timers::test_a_timer_is_cancelled_and_wakes_nobody",
            "test_timers::test_an_unknown_timer_is_not_cancelled",
        ),
    ),
    Difference(
        reason=(
            "A timer that cannot be started does not wake the decider; timers are not stamped "
            "with their moment."
        ),
        touches=("StartTimer",),
        cases=(
            "test_timers::test_a_timer_is_stamped_with_its_moment",
            "test_timers::test_a_timer_that_cannot_be_started_wakes_the_decider",
        ),
    ),
    Difference(
        reason="Types are not listed by name.",
        touches=(
            "ListActivityTypes",
            "ListWorkflowTypes",
        ),
        cases=("test_types::test_types_are_listed_by_name",),
    ),
    Difference(
        reason="Lists of executions know tags and close statuses only, and skip executions.",
        touches=(
            "ListClosedWorkflowExecutions",
            "ListOpenWorkflowExecutions",
        ),
        cases=(
            "test_visibility::test_a_time_filter_needs_an_oldest_date",
            "test_visibility::test_closed_executions_are_listed",
            "test_visibility::test_closed_executions_need_one_time_filter",
            "test_visibility::test_open_executions_need_a_time_filter",
        ),
    ),
)

REASONS: dict[str, str] = {
    case: difference.reason for difference in DIFFERENCES for case in difference.cases
}

CHANCE: dict[str, str] = {
    "test_polls::test_a_waiting_decider_is_given_a_task_at_once": "moto's polls do not wait",
    "test_polls::test_a_waiting_worker_is_given_a_task_at_once": "moto's polls do not wait",
}
"""Cases that moto passes now and then; they are not run there."""
