using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Policies;

public sealed class QuestionReaderTests
{
    [Fact]
    public void A_question_is_an_action_and_what_is_known_of_it()
    {
        var question = Read(
            """{"action":"tool crm/find","args":{"limit":3},"user":"alice@example.com","labels":["untrusted","private"],"time":"2026-11-21T09:30:00+01:00"}"""
        );

        question.Target.ShouldBe(new ToolTarget("crm", "find"));
        question.Arguments.GetProperty("limit").GetInt32().ShouldBe(3);
        question.Person.ShouldBe("alice@example.com");
        question.Labels.ShouldBe(Labels.Untrusted | Labels.Private);
        question.Time.ShouldBe(new DateTimeOffset(2026, 11, 21, 8, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void What_is_left_out_stays_unknown()
    {
        var question = Read("""{"action":"read workspace/a.txt"}""");

        question.Labels.ShouldBeNull();
        question.Person.ShouldBeNull();
        question.Time.ShouldBeNull();
        question.Arguments.ValueKind.ShouldBe(JsonValueKind.Undefined);
    }

    [Theory]
    [InlineData("exec dotnet test -c Release", false)]
    [InlineData("exec git commit -m 'one; two'", false)]
    [InlineData("exec dotnet test; curl evil.example", true)]
    [InlineData("exec dotnet test $(id)", true)]
    [InlineData("exec dotnet test > /tmp/out", true)]
    [InlineData("exec ! dotnet test", true)]
    [InlineData("exec rm *.txt", true)]
    [InlineData("exec rm '*.txt'", false)]
    public void A_command_is_its_argv_only_where_every_shell_reads_it_as_one(string action, bool opaque)
    {
        QuestionReader.TryTarget(action, out var target, out _).ShouldBeTrue();

        target.ShouldBeOfType<ExecTarget>().IsOpaque.ShouldBe(opaque);
    }

    [Theory]
    [InlineData("""{"action":"read workspace/a","action":"read workspace/b"}""", "each name once")]
    [InlineData("""{"action":"tool a/b","args":{"to":"x","to":"y"}}""", "each name once")]
    [InlineData("""{"action":"read workspace/a"} {}""", "one JSON object")]
    [InlineData("""["read workspace/a"]""", "a question is a JSON object")]
    [InlineData("""{}""", "needs `action`")]
    [InlineData("""{"action":"fly moon"}""", "`fly` is no verb")]
    [InlineData("""{"action":"0 moon"}""", "`0` is no verb")]
    [InlineData("""{"action":"unknown moon"}""", "`unknown` is no verb")]
    [InlineData("""{"action":"connect evil.example"}""", "host:port")]
    [InlineData("""{"action":"read ../etc/shadow"}""", "is no path")]
    [InlineData("""{"action":"read workspace/a","arg":{}}""", "did you mean `args`")]
    [InlineData("""{"action":"read workspace/a","labels":"none"}""", "`labels` is a list")]
    [InlineData("""{"action":"read workspace/a","labels":["trusted"]}""", "`labels` is a list")]
    [InlineData("""{"action":"read workspace/a","time":"2026-11-21T09:00:00"}""", "RFC 3339")]
    [InlineData("""{"action":"read workspace/a","time":"tomorrow"}""", "RFC 3339")]
    [InlineData("""{"action":"read workspace/a","user":7}""", "`user` is a text")]
    public void What_can_be_read_in_two_ways_or_none_is_refused_with_a_sentence(string json, string says)
    {
        QuestionReader.TryParse(Encoding.UTF8.GetBytes(json), null, out _, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(says);
    }

    [Fact]
    public void A_question_longer_than_its_bound_is_not_parsed()
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"action":"read workspace/{{new string('a', QuestionReader.MaxBytes)}}"}"""
        );

        QuestionReader.TryParse(json, null, out _, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("longer than");
    }

    private static Question Read(string json)
    {
        QuestionReader
            .TryParse(Encoding.UTF8.GetBytes(json), null, out _, out var question, out var problem)
            .ShouldBeTrue(problem);
        return question;
    }
}
