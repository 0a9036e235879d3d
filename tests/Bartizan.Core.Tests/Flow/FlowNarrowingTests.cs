using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;

namespace Bartizan.Core.Tests.Flow;

/// <summary>Whoever tracks less gives more.</summary>
public sealed class FlowNarrowingTests
{
    private const string Whole = """
          untrusted: ["tool web/*", "http GET **"]
          private: ["tool crm/*"]
          consequential:
            - { tool: "mail/send_*" }
            - { http: "POST **" }
          sequences:
            - { deny: "tool crm/* -> tool web/*", why: "Customers' names are looked up by nobody else." }
        """;

    [Theory]
    [InlineData("\"tool web/*\", ", "")]
    [InlineData("\"http GET **\"", "\"http GET http://web.example/**\"")]
    [InlineData("private:", "untrusted_no:")]
    [InlineData("private: [\"tool crm/*\"]", "private: [\"tool crm/find_*\"]")]
    [InlineData("    - { tool: \"mail/send_*\" }\n", "")]
    [InlineData("mail/send_*", "mail/send_now")]
    [InlineData("\"POST **\"", "\"PUT **\"")]
    [InlineData("deny: \"tool crm/* ->", "ask: \"tool crm/* ->")]
    [InlineData("-> tool web/*", "-> tool web/fetch")]
    public void What_tracks_less_is_no_narrower(string what, string instead)
    {
        var less = Whole.Replace("\r", "", StringComparison.Ordinal).Replace(what, instead, StringComparison.Ordinal);
        less = less.Replace("  untrusted_no: [\"tool crm/*\"]\n", "", StringComparison.Ordinal);
        less.ShouldNotBe(Whole);

        Excesses(less, Whole).ShouldNotBeEmpty();
        Excesses(Whole, Whole).ShouldBeEmpty();
    }

    [Fact]
    public void What_tracks_more_is_narrower()
    {
        var more = Whole.Replace(
            "\"tool web/*\", ",
            "\"tool web/*\", \"tool mail/read_*\", ",
            StringComparison.Ordinal
        );
        more = more.Replace("    - { http:", "    - { tool: \"web/post\" }\n    - { http:", StringComparison.Ordinal);

        Excesses(more, Whole).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("mail/send_*\", targets: [to]", "mail/send_*\"", true)]
    [InlineData("mail/send_*\", targets: [to]", "mail/send_*\", targets: [to]", true)]
    [InlineData("mail/send_*\", targets: [cc, to, cc]", "mail/send_*\", targets: [to, cc]", true)]
    [InlineData("mail/send_*\"", "mail/send_*\", targets: [to]", false)]
    [InlineData("mail/send_*\", targets: [to]", "mail/send_*\", targets: [to, cc]", false)]
    [InlineData("mail/send_*\", targets: [to, cc]", "mail/send_*\", targets: [to]", false)]
    [InlineData("mail/send_*\", targets: [to]", "mail/send_now\", targets: [to]", false)]
    public void What_names_targets_is_asked_less_than_what_names_none(string second, string first, bool isNarrower)
    {
        var whole = Whole.Replace("mail/send_*\"", second, StringComparison.Ordinal);
        var other = Whole.Replace("mail/send_*\"", first, StringComparison.Ordinal);

        Excesses(other, whole).Count.ShouldBe(isNarrower ? 0 : 1);
    }

    [Theory]
    [InlineData("always", "", false)]
    [InlineData("always", "before_untrusted", false)]
    [InlineData("", "always", true)]
    [InlineData("before_untrusted", "always", true)]
    [InlineData("before_untrusted", "", true)]
    [InlineData("", "before_untrusted", true)]
    [InlineData("always", "always", true)]
    public void Words_that_always_count_give_more(string first, string second, bool isNarrower)
    {
        string With(string words) => words.Length == 0 ? Whole : $"  words: {words}\n{Whole}";

        Excesses(With(first), With(second)).Count.ShouldBe(isNarrower ? 0 : 1);
    }

    private static List<string> Excesses(string first, string second) =>
        [
            .. NarrowingProof
                .Of(Flows.Manifest(first), Flows.Manifest(second), DateTimeOffset.UnixEpoch)
                .Excesses.Select(e => e.ToString()),
        ];
}
