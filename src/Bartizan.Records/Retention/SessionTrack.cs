using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Records.Erasures;

namespace Bartizan.Records.Retention;

/// <summary>What retention needs to know of one session.</summary>
internal sealed class SessionTrack(SessionId id)
{
    private static readonly int s_classes = Enum.GetValues<PayloadClass>().Length;

    public SessionId Id { get; } = id;

    /// <summary>Its last entry, whatever it is.</summary>
    public long LastIndex { get; set; }

    /// <summary>When it last did something; what became of its record since doesn't make it younger.</summary>
    public DateTimeOffset LastTime { get; set; }

    /// <summary>Whether its last state is an end; null when no state of it is left in the log.</summary>
    public bool? Ended { get; set; }

    /// <summary>Granted actions without an outcome.</summary>
    public HashSet<long> Open { get; } = [];

    /// <summary>Payloads, by class.</summary>
    public long[] Payloads { get; } = new long[s_classes];

    /// <summary>Classes whose key was destroyed, as an entry says.</summary>
    public bool[] Gone { get; } = new bool[s_classes];

    /// <summary>The hold that keeps it; null when none does.</summary>
    public Hold? Hold { get; set; }

    /// <summary>True when payloads are still there.</summary>
    public bool HasPayloads
    {
        get
        {
            for (var i = 0; i < Payloads.Length; i++)
            {
                if (Payloads[i] > 0 && !Gone[i])
                {
                    return true;
                }
            }

            return false;
        }
    }
}
