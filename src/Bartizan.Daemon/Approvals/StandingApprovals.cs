using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;

namespace Bartizan.Daemon.Approvals;

/// <summary>
/// Yeses that count more than once. INVARIANT: one covers an action whose digest is equal, asked by the same rules under the same
/// obligations, while its session lives, as often as was said, and as long as the people who said it would still be enough.
/// </summary>
internal sealed class StandingApprovals
{
    /// <summary>Standing yeses at once; one more counts once.</summary>
    public const int MaxStanding = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, Standing> _all = [];

    /// <summary>Keeps what is left of a yes after its first use.</summary>
    public void Keep(ApprovalRequest request, ImmutableArray<Said> yes, int uses)
    {
        if (uses <= ApprovalScope.Once)
        {
            return;
        }

        lock (_lock)
        {
            foreach (
                var (key, ended) in _all.Where(one => one.Value.Request.Session.Revoked.IsCancellationRequested)
                    .ToList()
            )
            {
                _all.Remove(key);
            }

            if (_all.Count < MaxStanding)
            {
                _all[request.Action.ComputeDigest()] = new Standing(request, yes, uses, 1);
            }
        }
    }

    /// <summary>
    /// Uses one up for an ask; null when none covers it. <paramref name="isEnough"/> tells whether its people would still be enough.
    /// </summary>
    public (Approval Answer, string Detail)? Use(ApprovalRequest request, Func<ImmutableArray<Said>, bool> isEnough)
    {
        var key = request.Action.ComputeDigest();
        lock (_lock)
        {
            if (!_all.TryGetValue(key, out var one) || request.Session.Revoked.IsCancellationRequested)
            {
                return null;
            }

            var (first, decided) = (one.Request.Decision, request.Decision);
            if (
                !first.Rules.SequenceEqual(decided.Rules)
                || !first.Obligations.Equals(decided.Obligations)
                || !isEnough(one.Yes)
            )
            {
                _all.Remove(key);
                return null;
            }

            var used = one with { Used = one.Used + 1 };
            if (used.Used >= used.Uses)
            {
                _all.Remove(key);
            }
            else
            {
                _all[key] = used;
            }

            var people = string.Join(", ", one.Yes.Select(said => said.Person.Account));
            var of =
                one.Uses == ApprovalScope.Session ? "this session" : one.Uses.ToString(CultureInfo.InvariantCulture);
            return (
                new Approval(true, request.Digest, people, null) { Recorded = true, Took = TimeSpan.Zero },
                string.Create(CultureInfo.InvariantCulture, $"use {used.Used} of {of}, of {one.Request.Id}")
            );
        }
    }

    private sealed record Standing(ApprovalRequest Request, ImmutableArray<Said> Yes, int Uses, int Used);
}
