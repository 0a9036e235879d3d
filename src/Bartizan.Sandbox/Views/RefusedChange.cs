using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Views;

/// <summary>A change that was not applied.</summary>
/// <param name="Change">The change.</param>
/// <param name="Decision">What the rules said.</param>
/// <param name="Reason">Why it was not applied, half a sentence.</param>
public sealed record RefusedChange(WorkspaceChange Change, Decision Decision, string Reason);
