using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Hooks;

/// <summary>A call that was granted and has not been told as over.</summary>
/// <param name="Passage">Its passage.</param>
/// <param name="Input">The arguments that were granted.</param>
internal sealed record OpenCall(Passage Passage, JsonElement Input);
