namespace Bartizan.Guards.Sensitive.Names;

/// <summary>What a word is used for among names.</summary>
[Flags]
internal enum NameUse : byte
{
    /// <summary>No name that is known.</summary>
    None = 0,

    /// <summary>A first name.</summary>
    First = 1,

    /// <summary>A word or a place that is a first name, too.</summary>
    FirstOrWord = 2,

    /// <summary>A surname.</summary>
    Last = 4,

    /// <summary>A word or a place that is a surname, too.</summary>
    LastOrWord = 8,

    /// <summary>A title that stands before a name.</summary>
    Title = 16,

    /// <summary>What stands after a name of a thing that is called after a person, or of an office.</summary>
    Thing = 32,

    /// <summary>A small word within a name.</summary>
    Particle = 64,
}
