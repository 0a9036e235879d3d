namespace Bartizan.Core.Approvals;

/// <summary>A person who answers.</summary>
/// <param name="Account">Who the kernel says is at the other end: one account is one person, whatever names it goes by.</param>
/// <param name="Name">Their name in <c>people.yaml</c>; null when they aren't enrolled.</param>
public sealed record Approver(string Account, string? Name);
