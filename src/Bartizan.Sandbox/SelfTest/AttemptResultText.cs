using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>Writes a result as the command line shows it: <c>blocked</c>, <c>not-applicable</c>.</summary>
internal sealed class AttemptResultText()
    : JsonStringEnumConverter<AttemptResult>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
