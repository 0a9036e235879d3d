namespace Bartizan.Posture.Prompts;

/// <summary>What an attack on a prompt is after.</summary>
public enum PromptAttackGoal
{
    /// <summary>That the model tells its instructions.</summary>
    Leak,

    /// <summary>That the model answers a word that was drawn by lot, as it is told.</summary>
    Obey,
}
