using System.Text.Json.Nodes;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Readers;

public sealed class ReaderTests
{
    private const string Good = """SAY {"number":"INV-2026-17","total":120.50,"day":"2026-11-22","urgent":true}""";

    [Theory]
    [InlineData("anthropic")]
    [InlineData("openai")]
    [InlineData("gemini")]
    public async Task An_agent_gets_the_values_and_stays_clean(string upstream)
    {
        await using var house = await ReadersUnderTest.StartAsync(
            ReadersUnderTest.Usual.Replace("anthropic/", upstream + "/", StringComparison.Ordinal)
        );

        var (text, failed) = await house.ReadAsync(Good);

        failed.ShouldBeFalse(text);
        text.ShouldBe("""{"number":"INV-2026-17","total":120.5,"day":"2026-11-22","urgent":true}""");
        house.Mine.Labels.ShouldBe(Labels.None);
        house.Read.Single().Labels.ShouldBe(Labels.Untrusted);
        house.Called.Single().ShouldBe(("get", """{"id":"m1"}"""));
    }

    [Fact]
    public async Task The_reader_its_source_and_its_model_are_three_actions_of_two_sessions()
    {
        await using var house = await ReadersUnderTest.StartAsync();

        await house.ReadAsync(Good);

        house
            .EntriesOf(house.Mine)
            .Where(entry => entry.Kind == EntryKind.Intent)
            .Select(entry => entry.Target)
            .ShouldBe(["reader/read_invoice"]);
        house
            .EntriesOf(house.Read.Single())
            .Where(entry => entry.Kind == EntryKind.Intent)
            .Select(entry => entry.Target)
            .ShouldBe(["mail/get", "anthropic/claude-small"]);
    }

    [Fact]
    public async Task The_list_shows_readers_as_tools_with_the_shape_of_what_they_give()
    {
        await using var house = await ReadersUnderTest.StartAsync();

        var listed = await house.AskAsync("reader", "tools/list", "{}");

        var tool = listed["result"]!["tools"]!.AsArray().Single()!;
        ((string?)tool["name"]).ShouldBe("read_invoice");
        tool["outputSchema"]!["required"]!.AsArray().Select(one => (string?)one).ShouldBe(["number", "total"]);
    }

    [Theory]
    [InlineData("tool reader/*")]
    [InlineData("tool mail/get")]
    [InlineData("model {")]
    public async Task Without_each_of_the_three_rules_nothing_is_read(string missing)
    {
        await using var house = await ReadersUnderTest.StartAsync(without: missing);

        house.Mail = Good;
        var answer = await house.CallAsync("reader", "read_invoice", """{"id":"m1"}""");

        answer.ToJsonString().ShouldNotContain("INV-2026");
        house.ModelRequests.ShouldBeEmpty();
        if (missing.StartsWith("model", StringComparison.Ordinal))
        {
            house.Called.Count.ShouldBe(1);
        }
        else
        {
            house.Called.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_is_private_stays_private_when_it_is_read_by_a_reader()
    {
        await using var house = await ReadersUnderTest.StartAsync(more: "  private: [\"tool mail/get\"]");

        await house.ReadAsync(Good);

        house.Mine.Labels.ShouldBe(Labels.Private);
    }

    [Fact]
    public async Task What_has_no_targets_is_not_asked_for_after_a_reading()
    {
        await using var house = await ReadersUnderTest.StartAsync();
        await house.ReadAsync(Good);

        var closed = await house.CallAsync("bank", "close", "{}");

        closed["error"].ShouldBeNull(closed.ToJsonString());
        house.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_answer_beside_the_shape_is_asked_for_again_and_no_more()
    {
        await using var house = await ReadersUnderTest.StartAsync();

        var (text, failed) = await house.ReadAsync("SAY I can't");

        failed.ShouldBeTrue();
        text.ShouldBe("What was read has no values of the reader's shape.");
        house.ModelRequests.Count().ShouldBe(2);
    }

    [Fact]
    public async Task The_model_is_given_no_tools_and_no_history()
    {
        await using var house = await ReadersUnderTest.StartAsync();

        await house.ReadAsync(Good);
        await house.ReadAsync(Good);

        foreach (var request in house.ModelRequests.Select(one => JsonNode.Parse(one.Text)!.AsObject()))
        {
            request.ContainsKey("tools").ShouldBeFalse();
            request["messages"]!.AsArray().Count.ShouldBe(1);
        }
    }
}
