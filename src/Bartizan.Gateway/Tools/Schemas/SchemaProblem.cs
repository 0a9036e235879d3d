namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>Why a value doesn't fit its schema.</summary>
/// <param name="Place">Where in the value, as a JSON Pointer (RFC 6901); empty for the whole.</param>
/// <param name="Keyword">The keyword that it breaks.</param>
/// <param name="Message">What is wrong, in words that name no value.</param>
public sealed record SchemaProblem(string Place, string Keyword, string Message);
