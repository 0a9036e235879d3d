using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>
/// What people have answered before, for the guards that look at one action. INVARIANT: a yes counts under the policy that asked for it,
/// and only where no rule asks as well: whom a rule names is shown all that was found.
/// </summary>
public sealed class KnownAnswers
{
    private readonly AnsweredContent _all;
    private readonly Digest _policy;
    private readonly bool _countsYes;

    internal KnownAnswers(AnsweredContent all, Digest policy, bool countsYes)
    {
        _all = all;
        _policy = policy;
        _countsYes = countsYes;
    }

    /// <summary>True once a yes was counted.</summary>
    public bool IsStanding { get; private set; }

    /// <summary>What people said of something; null when it has to be asked about.</summary>
    public ContentAnswer? Of(HeldPiece piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        var answer = _all.Find(piece);
        if (answer is { Granted: true } && (!_countsYes || answer.Policy != _policy))
        {
            return null;
        }

        IsStanding |= answer is { Granted: true };
        return answer;
    }
}
