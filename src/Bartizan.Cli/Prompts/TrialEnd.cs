namespace Bartizan.Cli.Prompts;

/// <summary>How an attack on a prompt ended.</summary>
internal enum TrialEnd
{
    /// <summary>There was no answer that says it: nobody knows.</summary>
    NotTested = 0,

    /// <summary>The model told the canary, or did as the attack said.</summary>
    Worked,

    /// <summary>It didn't.</summary>
    Held,
}
