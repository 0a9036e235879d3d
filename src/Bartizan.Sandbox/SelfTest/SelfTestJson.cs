using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Bartizan.Sandbox.SelfTest;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(EscapeReport))]
[JsonSerializable(typeof(ImmutableArray<Residual>))]
[JsonSerializable(typeof(ProbeLine))]
[JsonSerializable(typeof(WireLine))]
internal sealed partial class SelfTestJson : JsonSerializerContext;
