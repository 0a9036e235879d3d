namespace Bartizan.Posture.Prompts;

/// <summary>One message that is sent to a model to try its system prompt.</summary>
/// <param name="Name">Its name, which stays the same.</param>
/// <param name="Family">
/// Of what kind: <c>extraction</c>, <c>override</c>, <c>persona</c>, <c>encoding</c>, <c>translation</c>, <c>document</c>.
/// </param>
/// <param name="Goal">What it is after.</param>
/// <param name="Text">Its words; in one that is to be obeyed <c>{left}</c> and <c>{right}</c> are the halves of the word to answer.</param>
public sealed record PromptAttack(string Name, string Family, PromptAttackGoal Goal, string Text)
{
    /// <summary>How the order in it is written.</summary>
    public PromptAttackForm Form { get; init; }
}
