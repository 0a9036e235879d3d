namespace Bartizan.Core.Retention;

/// <summary>
/// What a payload belongs to. Each session has a key of its own for each class, so that one class can be destroyed before another.
/// </summary>
public enum PayloadClass
{
    /// <summary>Whatever is in none of the others: views, receipts, what became of a workspace.</summary>
    Other = 0,

    /// <summary>Calls of models: prompts and answers.</summary>
    Model,

    /// <summary>Calls of tools: arguments and results.</summary>
    Tool,

    /// <summary>What agents say of themselves.</summary>
    Claim,
}
