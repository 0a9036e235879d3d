namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>A schema that can't be used, with the place in it: nothing can be held against it, so whatever it guards is refused.</summary>
public sealed class SchemaException(string message) : Exception(message);
