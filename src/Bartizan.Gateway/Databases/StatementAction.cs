using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Databases;

/// <summary>What a statement is to the monitor: a tool of its database, with the statement as its argument.</summary>
internal static class StatementAction
{
    /// <summary>The name of what isn't understood, for the record.</summary>
    public const string Unreadable = "statement";

    private const string Json = "application/json";

    /// <summary>True for a statement that is an action; the others are about the connection only.</summary>
    public static bool IsOne(SqlStatement? statement) =>
        statement is not null && DatabaseGrant.Tools.ContainsKey(statement.Verb);

    /// <summary>The action.</summary>
    public static AgentAction Of(
        SessionId session,
        string database,
        SqlStatement statement,
        ImmutableArray<string?> values
    )
    {
        var arguments = JsonSerializer.SerializeToElement(
            new Dictionary<string, string>(StringComparer.Ordinal) { [DatabaseGrant.Argument] = statement.Text }
        );
        return new AgentAction
        {
            Session = session,
            Target = new ToolTarget(database, DatabaseGrant.Tools[statement.Verb]),
            Point = AgentAction.ToolPoint,
            Arguments = arguments,
            Payloads = [new Payload("arguments", Json, Write(statement, values))],
            SaysMore = !values.IsEmpty,
        };
    }

    /// <summary>The same of what isn't understood, to be refused.</summary>
    public static AgentAction Unread(SessionId session, string database, string text) =>
        new()
        {
            Session = session,
            Target = new ToolTarget(database, Unreadable),
            Point = AgentAction.ToolPoint,
            Payloads = [new Payload("arguments", "text/plain", System.Text.Encoding.UTF8.GetBytes(text))],
        };

    private static byte[] Write(SqlStatement statement, ImmutableArray<string?> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(DatabaseGrant.Argument, statement.Text);
            if (!values.IsEmpty)
            {
                json.WriteStartArray("values");
                foreach (var value in values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
