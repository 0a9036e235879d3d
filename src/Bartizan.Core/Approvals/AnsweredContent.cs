using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>
/// What people said in a session of content that its requests to a model carry: a conversation brings everything that was read along with
/// each further request. Kept in memory, as digests, until the session is over. INVARIANT: a no outlives a yes to the same thing.
/// </summary>
public sealed class AnsweredContent
{
    /// <summary>Answers of one session that are remembered; what comes after is asked about each time.</summary>
    public const int MaxAnswers = 4096;

    /// <summary>Further noes that are remembered where yeses have filled that.</summary>
    public const int MaxNoes = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Guard, string Kind, Digest Content), ContentAnswer> _answers = [];

    /// <summary>What counts under a policy; null when nobody has answered anything.</summary>
    /// <param name="policy">The policy of now.</param>
    /// <param name="countsYes">False where only what was refused counts.</param>
    internal KnownAnswers? Under(Digest policy, bool countsYes)
    {
        lock (_lock)
        {
            return _answers.Count == 0 ? null : new KnownAnswers(this, policy, countsYes);
        }
    }

    internal ContentAnswer? Find(HeldPiece piece)
    {
        lock (_lock)
        {
            return _answers.GetValueOrDefault((piece.Guard, piece.Kind, piece.Content));
        }
    }

    /// <summary>True when people refused one of them.</summary>
    internal bool Refuses(ImmutableArray<HeldPiece> pieces)
    {
        if (pieces.IsDefaultOrEmpty)
        {
            return false;
        }

        lock (_lock)
        {
            return pieces.Any(one =>
                _answers.TryGetValue((one.Guard, one.Kind, one.Content), out var answer) && !answer.Granted
            );
        }
    }

    internal void Add(IEnumerable<HeldPiece> pieces, ContentAnswer answer)
    {
        lock (_lock)
        {
            foreach (var piece in pieces)
            {
                var key = (piece.Guard, piece.Kind, piece.Content);
                var before = _answers.GetValueOrDefault(key);
                var room = answer.Granted ? MaxAnswers : MaxAnswers + MaxNoes;
                if (before is { Granted: false } || (before is null && _answers.Count >= room))
                {
                    continue;
                }

                _answers[key] = answer;
            }
        }
    }
}
