namespace Bartizan.Sandbox.Observation;

/// <summary>Calls by kind.</summary>
/// <param name="Started">Programs.</param>
/// <param name="NotThere">Programs that weren't there.</param>
/// <param name="Written">Writes.</param>
/// <param name="Removed">Removals.</param>
/// <param name="Read">Reads.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct SightingSums(long Started, long NotThere, long Written, long Removed, long Read)
{
    /// <summary>All together.</summary>
    public long All => Started + NotThere + Written + Removed + Read;
}
