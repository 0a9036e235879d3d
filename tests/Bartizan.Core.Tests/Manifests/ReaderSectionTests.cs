using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;

namespace Bartizan.Core.Tests.Manifests;

public sealed class ReaderSectionTests
{
    private const string Gives = "number: { is: identifier }";

    [Theory]
    [InlineData("note: {}", "free text can't be given")]
    [InlineData("note: { max_length: 20 }", "free text can't be given")]
    [InlineData("note: { glob: '**' }", "free text can't be given")]
    [InlineData("total: { is: number }", "a number without bounds")]
    [InlineData("total: { is: integer, between: [0, 1], glob: 'a*' }", "has `glob`")]
    [InlineData("number: { is: identifier, max_length: 65 }", "64")]
    [InlineData("state: { in: [1, 2] }", "a number or a truth value as a word")]
    [InlineData("urgent: { is: boolean, in: [a] }", "has `in`")]
    [InlineData("day: { is: text }", "text")]
    public void What_has_room_for_an_order_is_a_load_error(string gives, string says)
    {
        var load = Load(gives);

        load.Manifest.ShouldBeNull();
        load.Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal), gives);
    }

    [Theory]
    [InlineData("from: tool mail/get", "from: tool mail/*", "is no tool")]
    [InlineData("from: tool mail/get", "from: tool reader/other", "can't read a reader")]
    [InlineData("from: tool mail/get", "from: tool post/get", "no server `post`")]
    [InlineData("model: a/small", "model: a/*", "is no model")]
    [InlineData("model: a/small", "model: b/small", "no upstream `b`")]
    [InlineData("mail: {", "reader: {", "which is what readers are tools of")]
    public void A_reader_names_one_source_and_one_model_that_are_there(string before, string after, string says)
    {
        var load = ManifestLoader.Load(
            Text(Gives).Replace(before, after, StringComparison.Ordinal),
            "agent.yaml",
            _ => null
        );

        load.Errors.ShouldContain(error => error.Message.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tool reader/read")]
    [InlineData("tool mail/get")]
    [InlineData("model a/small")]
    public void A_reader_without_one_of_its_rules_is_told(string missing)
    {
        var load = ManifestLoader.Load(
            Text(Gives).Replace($"allow: \"{missing}\"", "allow: tool mail/other", StringComparison.Ordinal),
            "agent.yaml",
            _ => null
        );

        load.Warnings.ShouldContain(warning =>
            warning.Message.Contains($"no rule allows `{missing}`", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Room_for_a_message_is_told()
    {
        var much = string.Join(", ", Enumerable.Range(0, 4).Select(i => $"n{i}: {{ is: identifier }}"));

        Load(much).Warnings.ShouldContain(one => one.Message.Contains("room for a message", StringComparison.Ordinal));
        Load(Gives).Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("number: { is: identifier }", "number: { is: identifier, max_length: 20 }")]
    [InlineData("state: { in: [a, b] }", "state: { in: [a] }")]
    [InlineData("a: { is: boolean }, b: { is: boolean }", "a: { is: boolean }")]
    public void Another_shape_is_not_narrower(string wide, string narrow)
    {
        Excess(wide, narrow).ShouldContain(says => says.Contains("the reader `read`", StringComparison.Ordinal));
        Excess(narrow, narrow).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("from: tool mail/get", "from: tool mail/other")]
    [InlineData("model: a/small", "model: a/large")]
    [InlineData("question: What?", "question: What else?")]
    [InlineData("  read:", "  other:")]
    public void Another_source_model_question_or_reader_is_not_narrower(string before, string after)
    {
        var other = ManifestLoader
            .Load(Text(Gives).Replace(before, after, StringComparison.Ordinal), "agent.yaml", _ => null)
            .Manifest!;

        var answer = NarrowingProof.Of(other, Load(Gives).Manifest!, DateTimeOffset.UnixEpoch);

        answer.Excesses.ShouldContain(one => one.Says.Contains("the reader `", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Excess(string first, string second) =>
        NarrowingProof
            .Of(Load(first).Manifest!, Load(second).Manifest!, DateTimeOffset.UnixEpoch)
            .Excesses.Select(one => one.Says);

    private static ManifestLoad Load(string gives) => ManifestLoader.Load(Text(gives), "agent.yaml", _ => null);

    private static string Text(string gives) =>
        $$"""
            apiVersion: bartizan/v1
            agent: clerk
            version: 1
            owner: tests@example.com
            models:
              a: { api: anthropic, url: "https://api.example" }
            servers:
              mail: { url: "https://mail.example/mcp" }
            readers:
              read:
                from: tool mail/get
                model: a/small
                question: What?
                gives: { {{gives}} }
            rules:
              - { allow: "tool reader/read", why: It reads. }
              - { allow: "tool mail/get", why: It reads. }
              - { allow: "tool mail/other", why: It reads. }
              - { allow: "model a/small", why: It reads. }
              - { allow: "model a/large", why: It reads. }
            """;
}
