using System.Text;
using System.Text.RegularExpressions;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Witnessing;

public sealed class WitnessPolicyTests
{
    private static readonly NoteSigner s_log = NoteSigner.Create("example.com/log");
    private static readonly Cosigner[] s_witnesses =
    [
        .. Enumerable.Range(0, 6).Select(i => Cosigner.Create($"witness.example/{i}")),
    ];

    // The shape of the specification's own example.
    private const string TwoLevels = """
        # two of X, one of Y
        log LOG https://log.example/

        witness X1 W0
        witness X2 W1 https://x2.example/
          witness	X3  W2
        group X-witnesses 2 X1 X2 X3
        witness Y1 W3
        witness Y2 W4
        witness Y3 W5
        group Y-witnesses any Y1 Y2 Y3
        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """;

    private static string Note(params int[] cosigned)
    {
        var body = "example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        return s_log.Sign(body) + string.Concat(cosigned.Select(i => s_witnesses[i].Sign(body, 1).Line + "\n"));
    }

    private static WitnessPolicy Parse(string text)
    {
        // In one pass: a random key may hold any two letters.
        text = Regex.Replace(
            text,
            @"\b(LOG|W[0-5])\b",
            match =>
                match.Value == "LOG" ? s_log.Verifier.ToString() : s_witnesses[match.Value[1] - '0'].Verifier.ToString()
        );
        return WitnessPolicy.Parse(Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData(new int[0], false)]
    [InlineData(new[] { 0, 1 }, false)]
    [InlineData(new[] { 0, 3 }, false)]
    [InlineData(new[] { 3, 4, 5 }, false)]
    [InlineData(new[] { 0, 0, 3 }, false)]
    [InlineData(new[] { 0, 2, 4 }, true)]
    [InlineData(new[] { 0, 1, 2, 3, 4, 5 }, true)]
    public void A_quorum_of_two_levels_is_met_by_enough_of_each(int[] cosigned, bool met) =>
        Parse(TwoLevels).IsMet(Note(cosigned)).ShouldBe(met);

    [Fact]
    public void A_quorum_of_one_witness_or_of_none_needs_as_much()
    {
        Parse("witness a W0\nquorum a\n").IsMet(Note()).ShouldBeFalse();
        Parse("witness a W0\nquorum a\n").IsMet(Note(0)).ShouldBeTrue();
        Parse("quorum none\n").IsMet(Note()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "no `quorum`")]
    [InlineData("witness a W0\n", "no `quorum`")]
    [InlineData("quorum none", "newline")]
    [InlineData("quorum none\nquorum none\n", "line 2")]
    [InlineData("quorum a\nwitness a W0\n", "line 1: `a` is defined on no line before")]
    [InlineData("witness a W0\nwitness a W1\nquorum a\n", "line 2: `a` is defined already")]
    [InlineData("witness none W0\nquorum none\n", "defined already")]
    [InlineData("witness a W0\nwitness b W0\nquorum a\n", "stands twice")]
    [InlineData("log LOG\nlog LOG\nquorum none\n", "stands twice")]
    [InlineData("witness a LOG\nquorum a\n", "no key of a witness")]
    [InlineData("log W0\nquorum none\n", "no key of a log")]
    [InlineData("witness a W0\ngroup g 2 a\nquorum g\n", "can't be")]
    [InlineData("witness a W0\ngroup g 0 a\nquorum g\n", "can't be")]
    [InlineData("witness a W0\ngroup g some a\nquorum g\n", "can't be")]
    [InlineData("witness a W0\ngroup g any\nquorum g\n", "starts no line")]
    [InlineData("witness a W0\ngroup g any g\nquorum g\n", "no line before")]
    [InlineData("witness a W0\ngroup g any a\ngroup h any a\nquorum h\n", "counts once")]
    [InlineData("witness a W0 ftp://x/\nquorum a\n", "no address")]
    [InlineData("witness a W0 http://witness.example/\nquorum a\n", "no address")]
    [InlineData("witness a W0 https://x/ more\nquorum a\n", "starts no line")]
    [InlineData("Quorum none\n", "starts no line")]
    [InlineData("quorum none\r\n", "control character")]
    public void What_is_no_policy_is_refused_by_its_line(string text, string says) =>
        Should.Throw<WitnessPolicyException>(() => Parse(text)).Message.ShouldContain(says);

    [Fact]
    public void Names_are_bytes_and_two_that_look_alike_differ()
    {
        var policy = Parse("witness K W0\nwitness \u212a W1\nquorum K\n");

        policy.IsMet(Note(1)).ShouldBeFalse();
        policy.IsMet(Note(0)).ShouldBeTrue();
    }

    [Fact]
    public void A_cosignature_under_another_name_s_key_doesn_t_count()
    {
        var swapped = s_witnesses[1].Sign("example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1);
        var line = swapped.Line.Replace("witness.example/1", "witness.example/0");

        Parse("witness a W0\nquorum a\n").IsMet(Note() + line + "\n").ShouldBeFalse();
    }
}
