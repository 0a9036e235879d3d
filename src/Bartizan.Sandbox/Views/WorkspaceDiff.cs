using System.Collections.Immutable;

namespace Bartizan.Sandbox.Views;

/// <summary>What a session changed in its workspace, computed by the host without following a link or running anything.</summary>
/// <param name="Changes">The changes by path, parents first.</param>
/// <param name="Problems">What the agent left that is never applied: FIFOs, sockets, devices, set-id bits, names
/// that are not UTF-8…</param>
/// <param name="ProblemCount">All of them; <paramref name="Problems"/> holds the first.</param>
/// <param name="Complete">False when the tree is over a limit: such a diff can be looked at, never applied.</param>
public sealed record WorkspaceDiff(
    ImmutableArray<WorkspaceChange> Changes,
    ImmutableArray<ViewProblem> Problems,
    int ProblemCount,
    bool Complete
);
