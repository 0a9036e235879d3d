namespace Bartizan.Core.Conditions;

/// <summary>How the name of a member stands to the name that is looked for.</summary>
internal enum NameLikeness
{
    Other = 0,

    /// <summary>Another name that some readers take for it.</summary>
    Alike,
    Same,
}
