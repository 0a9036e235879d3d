namespace Bartizan.Guards.Sensitive.Names;

/// <summary>What stands before a name and says that it is one.</summary>
internal enum NameContext
{
    /// <summary>Nothing that says so.</summary>
    None,

    /// <summary>A label or a greeting: a known first name alone is a name there.</summary>
    Likely,

    /// <summary>A label that only names have: what is unknown is a name there, too.</summary>
    Sure,
}
