namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>Which groups of keywords count, as the meta-schema of a document says (JSON Schema core 2020-12, section 8.1.2).</summary>
[Flags]
internal enum SchemaVocabulary
{
    /// <summary>Only the core.</summary>
    None = 0,

    /// <summary>Applicators.</summary>
    Applicator = 1,

    /// <summary>Assertions.</summary>
    Validation = 2,

    /// <summary>What is left over.</summary>
    Unevaluated = 4,

    /// <summary>All: what 2020-12 has, and what a document that names no meta-schema means.</summary>
    All = Applicator | Validation | Unevaluated,
}
