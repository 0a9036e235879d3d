using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>One attempt of an agent to reach outside, as an enforcement point parsed it from its protocol.</summary>
public sealed record AgentAction
{
    /// <summary>The session that attempts it; known from the listener, never from what the agent says.</summary>
    public required SessionId Session { get; init; }

    /// <summary>What it reaches for.</summary>
    public required ActionTarget Target { get; init; }

    /// <summary>Which enforcement point asks: <c>model</c>, <c>egress</c>, <c>hook</c>, <c>sandbox</c>.</summary>
    public required string Point { get; init; }

    /// <summary>What guards read and the log keeps, encrypted: prompt, arguments, request body. May be empty.</summary>
    public ImmutableArray<Payload> Payloads { get; init; } = [];

    /// <summary>
    /// The digest that an approval is bound to: verb, canonical target and every payload. Two actions with one digest are
    /// the same act.
    /// </summary>
    public Digest ComputeDigest()
    {
        var text = new StringBuilder();
        Add(text, Session.ToString());
        Add(text, Target.Verb.ToString());
        Add(text, Target.Text);
        if (Target is FileTarget file)
        {
            foreach (var name in file.Names)
            {
                Add(text, name);
            }
        }

        if (Target is ExecTarget exec)
        {
            foreach (var word in exec.Argv)
            {
                Add(text, word);
            }
        }

        foreach (var payload in Payloads)
        {
            Add(text, payload.Role);
            Add(text, Digest.Of(payload.Content.Span).ToString());
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));

        // Length-prefixed, so that no two lists of fields make the same text.
        static void Add(StringBuilder text, string field) =>
            text.Append(field.Length).Append(':').Append(field).Append('\n');
    }
}
