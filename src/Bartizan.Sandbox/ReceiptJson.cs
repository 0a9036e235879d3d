using System.Text.Json.Serialization;

namespace Bartizan.Sandbox;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(SessionIdText), typeof(DigestText)]
)]
[JsonSerializable(typeof(SandboxReceipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
