using System.Collections.Immutable;
using Bartizan.Core.Queries;

namespace Bartizan.Gateway.Databases;

/// <summary>What an agent's driver asks for when it connects.</summary>
/// <param name="Database">The name of the manifest's database.</param>
/// <param name="Settings">Settings of the connection: its name, and those that are the same in each.</param>
/// <param name="Unknown">Options of the protocol that nobody here knows.</param>
/// <param name="IsNewer">True when a minor version is asked for that isn't spoken.</param>
/// <param name="CancelKey">What a statement is to be stopped by; empty for everything else than a cancel request.</param>
internal sealed record Greeting(
    string Database,
    ImmutableSortedDictionary<string, string> Settings,
    ImmutableArray<string> Unknown,
    bool IsNewer,
    ImmutableArray<byte> CancelKey
)
{
    private const int TlsRequest = 80877103;

    private const int GssRequest = 80877104;

    private const int CancelRequest = 80877102;

    private const int Major = 3;

    private const int CancelKeyBytes = 8;

    /// <summary>Requests for encryption that are declined before it is enough: drivers send two.</summary>
    private const int MaxDeclined = 2;

    /// <summary>Reads it; null when the other side went away. Encryption is declined: the wire is the sandbox's own.</summary>
    public static async ValueTask<Greeting?> ReadAsync(
        WireStream wire,
        DatabaseOptions options,
        CancellationToken cancellationToken
    )
    {
        for (var declined = 0; ; declined++)
        {
            if (
                await wire.ReadGreetingAsync(options.MaxGreetingBytes, cancellationToken).ConfigureAwait(false)
                is not { } body
            )
            {
                return null;
            }

            var code = new WireReader(body).Int();
            if (code is not (TlsRequest or GssRequest) || declined == MaxDeclined)
            {
                return Of(code, body.AsSpan(sizeof(int)));
            }

            // What was sent along would be taken for what follows the encryption.
            if (!wire.IsAtStart)
            {
                throw new WireBrokenException("something follows a request for encryption before its answer");
            }

            wire.WriteRaw("N"u8);
            await wire.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Greeting Of(int code, ReadOnlySpan<byte> body)
    {
        if (code == CancelRequest && body.Length == CancelKeyBytes)
        {
            return new Greeting("", Nothing, [], false, [.. body]);
        }

        if (code >> 16 != Major)
        {
            throw new WireBrokenException("only version 3 of the protocol is spoken", WireBrokenException.Unsupported);
        }

        var (database, user) = ("", "");
        var settings = Nothing.ToBuilder();
        var unknown = ImmutableArray.CreateBuilder<string>();
        var reader = new WireReader(body);
        for (var name = reader.Text(); name.Length > 0; name = reader.Text())
        {
            var value = reader.Text();
            switch (name)
            {
                case "user":
                    user = value;
                    break;
                case "database":
                    database = value;
                    break;
                case "client_encoding":
                    Expect(
                        value.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is "UTF8" or "UNICODE",
                        name
                    );
                    break;
                case "replication":
                    Expect(value is "false" or "off" or "no" or "0", name);
                    break;
                case "options":
                    Expect(value.Trim().Length == 0, name);
                    break;
                case ['_', 'p', 'q', '_', '.', ..]:
                    unknown.Add(name);
                    break;
                default:
                    Expect(SqlSettings.IsKept(name, value), name);
                    settings[name] = value;
                    break;
            }
        }

        if (!reader.IsAtEnd)
        {
            throw new WireBrokenException("something follows the end of the start-up message");
        }

        var isNewer = (code & 0xffff) > 0;
        return new Greeting(
            database.Length > 0 ? database : user,
            settings.ToImmutable().SetItems(SqlSettings.Fixed),
            unknown.ToImmutable(),
            isNewer,
            []
        );
    }

    private static ImmutableSortedDictionary<string, string> Nothing =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    private static void Expect(bool holds, string name)
    {
        if (!holds)
        {
            throw new WireBrokenException(
                $"bartizan doesn't take the connection setting `{name}`, or this value of it",
                WireBrokenException.Unsupported
            );
        }
    }
}
