namespace Bartizan.Client.People;

/// <summary>A token that a program shows in a person's place.</summary>
/// <param name="Id">What it is revoked by.</param>
/// <param name="Person">Whose.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Grants">What it gives at most.</param>
/// <param name="Since">When it was made.</param>
/// <param name="Until">When it ends.</param>
public sealed record TokenLine(
    string Id,
    string Person,
    string Label,
    IReadOnlyList<GrantLine> Grants,
    DateTimeOffset Since,
    DateTimeOffset Until
);
