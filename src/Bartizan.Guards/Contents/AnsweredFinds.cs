using Bartizan.Core.Approvals;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Contents;

/// <summary>
/// What one guard found in a model's request, without what people said yes to before. INVARIANT: only what is known to stand in exactly the
/// text that they answered for is left out; what is new is weighed by itself.
/// </summary>
internal sealed class AnsweredFinds
{
    private const string Likely = "likely";

    private readonly RequestPieces _pieces;
    private readonly string _guard;
    private readonly SortedSet<string> _asks = new(StringComparer.Ordinal);

    private readonly bool _isCut;

    private AnsweredFinds(RequestPieces pieces, string guard, bool isCut)
    {
        _isCut = isCut;
        _pieces = pieces;
        _guard = guard;
    }

    /// <summary>What is left to be asked about.</summary>
    public IReadOnlyList<ContentFinding> Left { get; private set; } = [];

    /// <summary>The asks by which people let the rest pass.</summary>
    public IReadOnlyCollection<string> Asks => _asks;

    /// <summary>What people refused, and in which ask; null when they refused nothing of it.</summary>
    public (HeldPiece Piece, string Ask)? Refused { get; private set; }

    /// <summary>What is left of some findings.</summary>
    /// <param name="pieces">The text that they stand in.</param>
    /// <param name="guard">Whose they are.</param>
    /// <param name="finds">The findings.</param>
    /// <param name="again">Finds what the guard finds in another text.</param>
    /// <param name="isCut">True when there may be more of them than are listed: then the whole text is what people answer for.</param>
    public static AnsweredFinds Of(
        RequestPieces pieces,
        string guard,
        IReadOnlyList<ContentFinding> finds,
        bool isCut = false,
        Func<string, IReadOnlyList<ContentFinding>>? again = null
    )
    {
        var answered = new AnsweredFinds(pieces, guard, isCut) { Left = finds };
        if (pieces.IsAnyKnown)
        {
            var left = finds.Where(find => !answered.IsLetPass(find, finds)).ToList();
            answered.Left = answered.Asks.Count == 0 || again is null ? left : answered.WithRest(left, finds, again);
        }

        return answered;
    }

    /// <summary>
    /// What is left of the lexical vote, which tells of the worst place only: taken anew without what people passed, place by place, so
    /// that none that reads so goes along unseen behind a worse one.
    /// </summary>
    public static (AnsweredFinds Answered, LikelyPlaces Places) OfVote(
        RequestPieces pieces,
        string guard,
        LexicalScore score,
        Asked asked
    )
    {
        var answered = new AnsweredFinds(pieces, guard, isCut: false);
        var left = pieces.Text;
        if (pieces.IsAnyKnown && score.Score >= LexicalGuard.Likely)
        {
            left = pieces.Without(guard, Likely, answered.IsLetPass);
            score = answered.Asks.Count == 0 ? score : LikelyPlaces.Weigh(left, score.Channel, asked);
        }

        return (answered, LikelyPlaces.Of(left, score, asked, pieces));
    }

    /// <summary>
    /// What is remembered of what people are asked about for the lexical vote: the texts that read so by themselves, each shown. Where only
    /// several together do, nothing is: each of them may stand beside something else the next time.
    /// </summary>
    public IEnumerable<HeldPiece> PiecesOf(LikelyPlaces places) =>
        places
            .All.Where(one => one.IsInOneText)
            .Select(one => _pieces.Of(_guard, Likely, one.Vote.Start, one.Vote.End))
            .Distinct();

    /// <summary>
    /// What is remembered of what people are asked about of some findings: those that are sure. Weak ones only count together, with others
    /// the next time: a yes mustn't take them out of that sum, and a no mustn't refuse what is harmless by itself.
    /// </summary>
    public IEnumerable<HeldPiece> PiecesOf(IReadOnlyList<ContentFinding> finds, double threshold) =>
        finds.Where(find => find.Confidence >= threshold).SelectMany(find => PiecesOf(find, finds)).Distinct();

    // INVARIANT: of finds that share a place only one is listed, and one that was let pass may stand before one that nobody has seen: so
    // the rest is looked at by itself, without the texts that were let pass.
    private IReadOnlyList<ContentFinding> WithRest(
        List<ContentFinding> left,
        IReadOnlyList<ContentFinding> finds,
        Func<string, IReadOnlyList<ContentFinding>> again
    )
    {
        // A reading of the whole text is no place: what it told of is blanked out where the others tell it.
        var rest = _pieces.Without(
            finds
                .Where(one => one.Kind != "disguised-order" && one.End > one.Start && !left.Contains(one))
                .Select(one => (one.Start, one.End))
        );
        var more = again(rest);
        return [.. left, .. more.Where(one => !left.Contains(one) && !IsLetPass(one, more))];
    }

    private bool IsLetPass(ContentFinding find, IReadOnlyList<ContentFinding> finds) =>
        // All of them are looked up: one that was refused counts whatever the others are.
        PiecesOf(find, finds).Select(IsLetPass).ToList().TrueForAll(passes => passes);

    private bool IsLetPass(HeldPiece piece)
    {
        var answer = _pieces.AnswerTo(piece);
        if (answer is null)
        {
            return false;
        }

        if (!answer.Granted)
        {
            Refused ??= (piece, answer.Ask);
            return false;
        }

        _asks.Add(answer.Ask);
        return true;
    }

    private IEnumerable<HeldPiece> PiecesOf(ContentFinding find, IReadOnlyList<ContentFinding> finds)
    {
        if (_isCut)
        {
            return [_pieces.Of(_guard, find.Kind, 0, 0)];
        }

        // A reading that was turned is told by all that it covers, and of two such only one is: where something stands, the others tell.
        var inside =
            find.Kind != "disguised-order"
                ? []
                : finds
                    .Where(one =>
                        one.Kind != find.Kind && one.Start >= find.Start && one.End <= find.End && one.End > one.Start
                    )
                    .ToList();
        return inside.Count > 0
            ? inside.Select(one => _pieces.Of(_guard, find.Kind, one.Start, one.End))
            : [_pieces.Of(_guard, find.Kind, find.Start, find.End)];
    }
}
