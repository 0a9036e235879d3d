using System.Collections.Immutable;

namespace Bartizan.Cli.Demo;

/// <summary>One thing the fooled model makes the agent do.</summary>
/// <param name="Id">Names it in results: <c>read-key</c>.</param>
/// <param name="Says">What the model says beside the tool call.</param>
/// <param name="Tool">The agent's tool: read, write, post, lookup, run.</param>
/// <param name="Input">The tool's arguments.</param>
internal sealed record DemoAct(string Id, string Says, string Tool, ImmutableDictionary<string, string> Input);
