using System.Text.Json.Serialization;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>How a text is written as JSON.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class MessageText : JsonSerializerContext;
