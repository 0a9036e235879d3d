using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Flow;

/// <summary>Targets that a trusted source can't name, and values that were named for something else.</summary>
public sealed class NamedByTests
{
    private const string Trust = """
          untrusted: ["tool web/*"]
          consequential:
            - { tool: "mail/send_*", targets: [to, limit], named_by: user }
            - { tool: "mail/note_*", targets: [to, limit] }
        """;

    [Fact]
    public async Task Another_row_of_a_trusted_list_is_asked_where_the_user_must_name_it()
    {
        var session = await ReadAsync();

        (await session.CallAsync("mail", "send_now", """{"to": "bob@x.com"}""")).ShouldBeTrue();
        session.Asked.ShouldBeEmpty();
        (await session.CallAsync("mail", "send_now", """{"to": "alice@x.com"}""")).ShouldBeFalse();
        session.Asked.ShouldHaveSingleItem();
        (await session.CallAsync("mail", "note_now", """{"to": "alice@x.com"}""")).ShouldBeTrue();
        session.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"to": "bob@x.com", "limit": 4417}""", true)]
    [InlineData("""{"to": "4417", "limit": "4417"}""", false)]
    [InlineData("""{"to": "4417", "limit": 4417}""", false)]
    [InlineData("""{"to": "4417 ", "limit": "4417"}""", false)]
    [InlineData("""{"to": ["bob@x.com", "bob@x.com"], "limit": 4417}""", true)]
    public async Task A_value_that_was_named_for_one_argument_is_asked_in_two(string arguments, bool goes)
    {
        var session = await ReadAsync();

        (await session.CallAsync("mail", "note_now", arguments)).ShouldBe(goes);
        session.Asked.Count.ShouldBe(goes ? 0 : 1);
    }

    [Fact]
    public void Who_names_targets_says_nothing_without_them()
    {
        var load = ManifestLoader.Load(
            """
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            trust:
              consequential:
                - { tool: "mail/send_*", named_by: user }
            """,
            "agent.yaml",
            _ => null
        );

        load.Errors.ShouldContain(error => error.Message == "who names targets is said, but no target");
    }

    private static async Task<TracedSession> ReadAsync()
    {
        var session = TracedSession.Of(Trust);
        session.Session.Values.HearUser("Tell bob@x.com of card 4417");
        await session.CallAsync("crm", "find_people", "{}", TracedSession.Structured("""["alice@x.com"]"""));
        await session.TaintAsync();
        return session;
    }
}
