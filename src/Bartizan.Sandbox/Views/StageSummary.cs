using System.Collections.Immutable;

namespace Bartizan.Sandbox.Views;

/// <summary>What a stage holds, for the view's entry and the receipt.</summary>
/// <param name="Files">Regular files.</param>
/// <param name="Directories">Directories, the workspace itself not counted.</param>
/// <param name="Links">Symbolic links.</param>
/// <param name="Bytes">Bytes of the files.</param>
/// <param name="Cloned">Files that share their blocks with the original (reflinks).</param>
/// <param name="LeftOutCount">Paths that are not in the view; a whole directory counts once.</param>
/// <param name="LeftOut">The first of them, with the reason.</param>
public sealed record StageSummary(
    int Files,
    int Directories,
    int Links,
    long Bytes,
    int Cloned,
    int LeftOutCount,
    ImmutableArray<ViewProblem> LeftOut
);
