namespace Bartizan.Sandbox.Views;

/// <summary>How a diff is applied.</summary>
public sealed record ApplyOptions
{
    /// <summary>Judges each change by the rules of now.</summary>
    public required FileJudge Judge { get; init; }

    /// <summary>Asks a person where a rule says ask and where a change is dangerous. Null: all such changes are refused.</summary>
    public ChangeConfirmation? Confirm { get; init; }
}
