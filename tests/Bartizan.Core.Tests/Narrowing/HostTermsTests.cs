using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Who vouches for a host, and where its cookies stay.</summary>
public sealed class HostTermsTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("own.pem", "own.pem", false)]
    [InlineData("own.pem", "other.pem", true)]
    [InlineData(null, "own.pem", true)]
    [InlineData("own.pem", null, true)]
    public void Other_authorities_are_more_and_so_are_all_of_them(string? before, string? after, bool isMore) =>
        AnswerOf(new HostTerms { CertificateAuthority = before }, new HostTerms { CertificateAuthority = after })
            .ShouldBe(isMore ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved);

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, true)]
    public void Cookies_that_reach_the_agent_are_more(bool before, bool after, bool isMore) =>
        AnswerOf(new HostTerms { KeepsCookies = before }, new HostTerms { KeepsCookies = after })
            .ShouldBe(isMore ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved);

    [Fact]
    public void A_host_that_is_named_no_more_is_trusted_as_every_other() =>
        NarrowingProof
            .Of(
                Rules.Manifest([], []),
                With(new HostTerms { CertificateAuthority = "own.pem", KeepsCookies = true }),
                Rules.Now
            )
            .Answer.ShouldBe(NarrowingAnswer.Refuted);

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(100L, 100L, false)]
    [InlineData(100L, 99L, false)]
    [InlineData(null, 99L, false)]
    [InlineData(100L, 101L, true)]
    [InlineData(100L, null, true)]
    public void A_raised_or_a_dropped_cap_is_more(long? before, long? after, bool isMore)
    {
        var expected = isMore ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved;
        AnswerOf(new HostTerms { Up = before }, new HostTerms { Up = after }).ShouldBe(expected);
        AnswerOf(new HostTerms { Down = before }, new HostTerms { Down = after }).ShouldBe(expected);
    }

    [Theory]
    [InlineData("10/s", "10/s", false)]
    [InlineData("10/s", "9/s", false)]
    [InlineData("10/s", "10/min", false)]
    [InlineData("", "1/s", false)]
    [InlineData("10/s", "11/s", true)]
    [InlineData("10/s", "", true)]
    [InlineData("10/s", "600/min", true)]
    [InlineData("600/min", "11/s", true)]
    public void A_faster_rate_is_more_and_so_is_none(string before, string after, bool isMore) =>
        AnswerOf(new HostTerms { Rate = Rate(before) }, new HostTerms { Rate = Rate(after) })
            .ShouldBe(isMore ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved);

    [Fact]
    public void The_excess_names_the_term_and_both_values() =>
        NarrowingProof
            .Of(With(new HostTerms { Down = 2048 }), With(new HostTerms { Down = 1024 }), Rules.Now)
            .Excesses.ShouldHaveSingleItem()
            .Says.ShouldContain("`hosts.a.example.down` is 2048 bytes in");

    private static BudgetRate? Rate(string text) =>
        text.Split('/') is [var count, var period]
            ? new(
                BudgetScope.Session,
                Verb.Unknown,
                int.Parse(count, CultureInfo.InvariantCulture),
                TimeSpan.FromSeconds(period == "s" ? 1 : 60)
            )
            : null;

    private static NarrowingAnswer AnswerOf(HostTerms before, HostTerms after) =>
        NarrowingProof.Of(With(after), With(before), Rules.Now).Answer;

    private static Manifest With(HostTerms terms) =>
        Rules.Manifest([], []) with
        {
            Hosts = ImmutableDictionary<string, HostTerms>.Empty.Add("a.example", terms),
        };
}
