using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Claims;

/// <summary>
/// Writes an agent's claims into the log: the event's name, the few attributes that say how a tool was allowed, and the rest beside
/// the tree, encrypted. Each entry is of kind <c>claim</c>. Claims above a rate are counted in the next one's <c>lost</c>.
/// </summary>
public sealed class ClaimBook(IJournal journal, TimeProvider clock) : IClaims
{
    /// <summary>The point in the entries.</summary>
    public const string Point = "claims";

    /// <summary>Claims of one session at once: a long turn of a client emits a few dozen.</summary>
    private const int MaxBurst = 200;

    /// <summary>Claims a second that come back: an agent can't fill the disk with what it says.</summary>
    private const int MaxPerSecond = 2;

    /// <summary>Bytes of a claim that are kept beside the tree.</summary>
    private const int MaxKeptBytes = 4096;

    /// <summary>Characters of the entry's detail.</summary>
    private const int MaxDetailLength = 512;

    // What Claude Code and Codex say of how a tool call was decided: where they differ from what was enforced is worth knowing.
    private static readonly ImmutableHashSet<string> s_shown =
    [
        "tool_name",
        "decision",
        "source",
        "success",
        "model",
        "call_id",
    ];

    private readonly ConditionalWeakTable<Session, Allowance> _allowances = [];

    /// <inheritdoc/>
    public async ValueTask<int?> TakeAsync(
        Session session,
        ReadOnlyMemory<byte> body,
        bool isJson,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(session);
        if (ClaimReader.Read(body, isJson) is not var (claims, total))
        {
            return null;
        }

        var allowance = _allowances.GetValue(session, _ => new Allowance(clock));
        var taken = 0;
        foreach (var claim in claims)
        {
            if (allowance.TryTake(out var lost))
            {
                taken++;
                await journal.PostAsync(Entry(session, claim, lost), cancellationToken).ConfigureAwait(false);
            }
        }

        allowance.Lose(total - claims.Count);
        return total - taken;
    }

    private static Entry Entry(Session session, Claim claim, long lost) =>
        new()
        {
            Kind = EntryKind.Claim,
            Session = session.Id,
            Agent = session.Agent,
            Person = session.Person,
            Observed = session.Observe,
            Point = Point,
            Target = claim.Name,
            Detail = CutText.To(
                string.Join(
                    ' ',
                    claim.Attributes.Where(a => s_shown.Contains(a.Key)).Select(a => $"{a.Key}={a.Value}")
                ),
                MaxDetailLength
            ),
            Lost = lost,
            Payloads = [new Payload("claim", "application/json", Kept(claim))],
        };

    private static byte[] Kept(Claim claim)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        var bytes = 0;
        foreach (var (name, value) in claim.Attributes)
        {
            bytes += System.Text.Encoding.UTF8.GetByteCount(name) + System.Text.Encoding.UTF8.GetByteCount(value);
            if (bytes > MaxKeptBytes)
            {
                break;
            }

            kept[name] = value;
        }

        return JsonSerializer.SerializeToUtf8Bytes(kept);
    }

    /// <summary>What one session may still say.</summary>
    private sealed class Allowance(TimeProvider clock)
    {
        private readonly Lock _lock = new();
        private double _left = MaxBurst;
        private long _last = clock.GetTimestamp();
        private long _lost;

        public bool TryTake(out long lost)
        {
            lock (_lock)
            {
                var now = clock.GetTimestamp();
                _left = Math.Min(MaxBurst, _left + (clock.GetElapsedTime(_last, now).TotalSeconds * MaxPerSecond));
                _last = now;
                lost = 0;
                if (_left < 1)
                {
                    _lost++;
                    return false;
                }

                _left--;
                (lost, _lost) = (_lost, 0);
                return true;
            }
        }

        public void Lose(long claims)
        {
            lock (_lock)
            {
                _lost += claims;
            }
        }
    }
}
