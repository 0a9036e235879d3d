using System.Collections.Immutable;

namespace Bartizan.Log.Verification;

/// <summary>Faults as they are found, up to a bound.</summary>
internal sealed class FaultList(int max)
{
    private readonly List<LogFault> _faults = [];

    public bool IsEmpty => _faults.Count == 0;

    public bool IsFull => _faults.Count >= max;

    public int Count => _faults.Count;

    public void Add(LogFaultKind kind, long? index, string text)
    {
        if (!IsFull)
        {
            _faults.Add(new LogFault(kind, index, text));
        }
    }

    public void Add(LogFault fault) => Add(fault.Kind, fault.Index, fault.Text);

    public ImmutableArray<LogFault> ToImmutable() => [.. _faults];
}
