using Bartizan.Core.Findings;

namespace Bartizan.Daemon.Pins;

/// <summary>What is to be recorded of a definition.</summary>
/// <param name="Target">The server, or <c>server/tool</c>.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Before">The definition that was seen; empty for none.</param>
/// <param name="After">The definition of now; empty for none.</param>
internal sealed record PinNote(string Target, Finding Finding, string Before, string After);
