namespace Bartizan.Sandbox.Views;

/// <summary>How a diff is applied.</summary>
public sealed record ApplyOptions
{
    /// <summary>Judges each change by the rules of now.</summary>
    public required FileJudge Judge { get; init; }

    /// <summary>
    /// Absolute paths of the files that rule the agent: its manifest and what that extends. A change to one is put to a person,
    /// whatever the rules say: else an agent that may write its own folder writes its next session's rules.
    /// </summary>
    public IReadOnlyCollection<string> Ruling { get; init; } = [];

    /// <summary>Asks a person where a rule says ask and where a change is dangerous. Null: all such changes are refused.</summary>
    public ChangeConfirmation? Confirm { get; init; }
}
