using System.Collections.Immutable;
using Bartizan.Sandbox.SelfTest;

namespace Bartizan.Sandbox.Tests.SelfTest;

public sealed class AttemptJudgeTests
{
    private static readonly AttemptCatalogue.Row Planted = new("a", "seccomp", Canary: true);
    private static readonly AttemptCatalogue.Row OfTheHost = new("a", "seccomp");

    [Fact]
    public void An_attempt_that_a_layer_stopped_and_that_succeeds_outside_is_blocked() =>
        Judge(Planted, Line("blocked", "EPERM"), Line("open", "done")).Result.ShouldBe(AttemptResult.Blocked);

    [Fact]
    public void An_attempt_that_succeeded_is_open_whatever_its_control_says()
    {
        foreach (var control in new[] { "open", "blocked", "inconclusive", "not-applicable", "nonsense" })
        {
            Judge(Planted, Line("open", "done"), Line(control, "x")).Result.ShouldBe(AttemptResult.Open);
        }
    }

    [Fact]
    public void An_attempt_on_a_planted_canary_proves_nothing_when_its_control_fails()
    {
        var attempt = Judge(Planted, Line("blocked", "ENOENT"), Line("blocked", "ENOENT"));
        attempt.Result.ShouldBe(AttemptResult.Inconclusive);
        attempt.Fails.ShouldBeTrue();
    }

    [Fact]
    public void What_the_host_refuses_in_the_same_way_counts_as_neither() =>
        Judge(OfTheHost, Line("blocked", "ENOENT"), Line("blocked", "ENOENT"))
            .Result.ShouldBe(AttemptResult.NotApplicable);

    [Fact]
    public void A_layer_that_answers_before_the_kernel_finds_nothing_there_has_blocked() =>
        Judge(OfTheHost, Line("blocked", "EPERM"), Line("blocked", "ENOSYS")).Result.ShouldBe(AttemptResult.Blocked);

    [Fact]
    public void A_missing_line_fails()
    {
        Judge(Planted, null, Line("open", "done")).Fails.ShouldBeTrue();
        Judge(Planted, Line("blocked", "EPERM"), null).Fails.ShouldBeTrue();
        Judge(OfTheHost, Line("blocked", "EPERM"), null).Fails.ShouldBeTrue();
    }

    [Fact]
    public void A_word_that_nobody_knows_fails()
    {
        Judge(Planted, Line("Blocked", "EPERM"), Line("open", "done")).Fails.ShouldBeTrue();
        Judge(OfTheHost, Line("blocked", "EPERM"), Line("opened", "done")).Fails.ShouldBeTrue();
    }

    [Fact]
    public void Lines_that_are_no_lines_are_left_out_and_the_first_of_two_counts()
    {
        var lines = ProbeLine.ReadAll(
            """
            {"id":"a","result":"open","observed":"x"}
            {"id":"a","result":"blocked","observed":"x"}
            {"id":"b","result":"blocked"}
            {"id":"c","result":"blocked","observed":"x","id":"d"}
            {"id":"e","result":"blocked","observed":"x","more":1}
            {"id":null,"result":"blocked","observed":"x"}
            [1]
            {
            """
        );
        lines.Keys.ShouldBe(["a"]);
        lines["a"].Result.ShouldBe("open");
    }

    [Fact]
    public void A_residual_covers_what_is_open_at_its_tier_and_nothing_else()
    {
        var open = Judge(Planted, Line("open", "done"), Line("open", "done"));
        var unknown = Judge(Planted, null, Line("open", "done"));
        ImmutableArray<Residual> weak = [new("a", "rlimits", "why")];
        ImmutableArray<Residual> any = [new("a", "any", "why")];
        EscapeReport.Accept([open], weak, LimitTier.Rlimits)[0].Result.ShouldBe(AttemptResult.Residual);
        EscapeReport.Accept([open], weak, LimitTier.CgroupV1)[0].Result.ShouldBe(AttemptResult.Open);
        EscapeReport.Accept([open], weak, LimitTier.CgroupV2)[0].Result.ShouldBe(AttemptResult.Open);
        EscapeReport.Accept([open], any, LimitTier.CgroupV2)[0].Result.ShouldBe(AttemptResult.Residual);
        EscapeReport.Accept([unknown], any, LimitTier.CgroupV2)[0].Result.ShouldBe(AttemptResult.Inconclusive);
    }

    [Fact]
    public void The_residuals_that_are_checked_in_are_at_most_one_with_cgroups_and_two_without()
    {
        var residuals = Residuals.Load();
        residuals.Count(r => r.Covers(r.Id, LimitTier.CgroupV2)).ShouldBeLessThanOrEqualTo(1);
        residuals.Count(r => r.Covers(r.Id, LimitTier.CgroupV1)).ShouldBeLessThanOrEqualTo(1);
        residuals
            .Where(r => r.Covers(r.Id, LimitTier.Rlimits))
            .Select(r => r.Id)
            .ShouldBeSubsetOf(["net.unix_socket_create", "res.mem_512M"]);
        residuals.ShouldAllBe(r => r.Reason.Length > 40 && (r.Tier == "any" || r.Tier == "rlimits"));
    }

    [Fact]
    public void The_catalogue_has_the_hundred_and_one_attempts_once_each()
    {
        AttemptCatalogue.InSandbox.Length.ShouldBe(101);
        AttemptCatalogue.InSandbox.Select(row => row.Id).Distinct().Count().ShouldBe(101);
    }

    private static Attempt Judge(AttemptCatalogue.Row row, ProbeLine? inside, ProbeLine? outside) =>
        AttemptJudge.Judge([row], Lines(inside), Lines(outside)).Single();

    private static ImmutableDictionary<string, ProbeLine> Lines(ProbeLine? line) =>
        line is null
            ? ImmutableDictionary<string, ProbeLine>.Empty
            : ImmutableDictionary<string, ProbeLine>.Empty.Add(line.Id, line);

    private static ProbeLine Line(string result, string observed) => new("a", result, observed);
}
