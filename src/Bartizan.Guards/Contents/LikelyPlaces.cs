using Bartizan.Core.Ports;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection.Lexical;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The places of a text that the lexical vote finds likely, one after the other: each is blanked out and the rest is weighed anew. One more
/// than people are shown at most.
/// </summary>
internal sealed class LikelyPlaces
{
    private readonly List<(LexicalScore Vote, bool IsInOneText)> _all = [];

    private LikelyPlaces(LexicalScore worst) => Worst = worst;

    /// <summary>The worst of them, or what the vote came to where none is likely.</summary>
    public LexicalScore Worst { get; }

    /// <summary>Each, and whether it reads so in one name or value by itself.</summary>
    public IReadOnlyList<(LexicalScore Vote, bool IsInOneText)> All => _all;

    /// <summary>What is told of them.</summary>
    public IEnumerable<ContentFinding> Findings =>
        _all.Count == 0 ? LexicalGuard.FindingOf(Worst) : _all.SelectMany(one => LexicalGuard.FindingOf(one.Vote));

    /// <summary>The places of a text whose worst is known.</summary>
    /// <param name="text">The text.</param>
    /// <param name="worst">What the vote says of it.</param>
    /// <param name="asked">What is asked, with its scale and its weights.</param>
    /// <param name="pieces">The names and values that it is made of; null where they don't matter.</param>
    public static LikelyPlaces Of(string text, LexicalScore worst, Asked asked, RequestPieces? pieces = null)
    {
        var places = new LikelyPlaces(worst);
        var left = worst.Score >= LexicalGuard.Likely ? text.ToCharArray() : [];
        for (var vote = worst; vote.Score >= LexicalGuard.Likely && places._all.Count <= GuardFind.MaxShown; )
        {
            var alone = pieces is null ? [] : Alone(pieces, left, vote, asked);
            foreach (var (one, isInOneText) in alone.Count > 0 ? alone : [(vote, false)])
            {
                places._all.Add((one, isInOneText));
                left.AsSpan(one.Start, one.End - one.Start).Fill(' ');
            }

            vote = vote.End > vote.Start ? Weigh(new string(left), vote.Channel, asked) : default;
        }

        return places;
    }

    /// <summary>What the vote says of a text, on the manifest's scale.</summary>
    public static LexicalScore Weigh(string text, Channel channel, Asked asked)
    {
        var score = LexicalGuard.Of(TextViews.Of(text), channel, asked.Pack);
        return score with { Score = asked.Scale.Of(score.Score) };
    }

    private static List<(LexicalScore Vote, bool IsInOneText)> Alone(
        RequestPieces pieces,
        char[] left,
        LexicalScore vote,
        Asked asked
    )
    {
        List<(LexicalScore, bool)> alone = [];
        foreach (var one in pieces.TextsIn(vote.Start, vote.End))
        {
            var score = Weigh(new string(left, one.Start, one.End - one.Start), vote.Channel, asked);
            if (score.Score >= LexicalGuard.Likely && score.End > score.Start)
            {
                alone.Add((score with { Start = one.Start + score.Start, End = one.Start + score.End }, true));
            }
        }

        return alone;
    }
}
