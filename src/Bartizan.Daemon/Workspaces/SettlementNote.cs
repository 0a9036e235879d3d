using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Workspaces;

/// <summary>What stands beside a stage so that it can be settled in another process, after a crash.</summary>
/// <param name="Agent">The agent, as entries name it.</param>
/// <param name="Person">Who started the session.</param>
/// <param name="Manifest">The manifest's path.</param>
/// <param name="Observe">Whether the session ran with <c>--observe</c>.</param>
/// <param name="Labels">What it had read when it was over; null when nobody saw its end.</param>
internal sealed record SettlementNote(
    string Agent,
    string Person,
    string Manifest,
    bool Observe,
    Labels? Labels = null
);
