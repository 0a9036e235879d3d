using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Daemon.Approvals.Messages;

/// <summary>
/// Hands one mail to a server: SMTP (RFC 5321) under TLS from the first byte (RFC 8314), or in the clear on loopback. AUTH PLAIN under
/// TLS alone. One mail, one connection; no queue of its own: a mail that isn't taken is told as lost.
/// </summary>
internal static class MailServer
{
    /// <summary>Characters of one line of a reply; RFC 5321 knows 512.</summary>
    private const int MaxReply = 4096;

    private const int LineWidth = 900;

    public static async Task SendAsync(
        Recipient to,
        AskMessage message,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var url = new Uri(to.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, cancellationToken).ConfigureAwait(false);
        Stream stream = client.GetStream();
        if (url.Scheme == "smtps")
        {
            var secure = new SslStream(stream);
            await secure
                .AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = url.Host },
                    cancellationToken
                )
                .ConfigureAwait(false);
            stream = secure;
        }

        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            await ExpectAsync(reader, '2', cancellationToken).ConfigureAwait(false);
            await SayAsync("EHLO bartizan.localhost", '2').ConfigureAwait(false);
            if (url.Scheme == "smtps" && to is { User: { } user, Secret: { } secret })
            {
                var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{Recipient.Reveal(secret)}"));
                await SayAsync($"AUTH PLAIN {plain}", '2').ConfigureAwait(false);
            }

            await SayAsync($"MAIL FROM:<{to.From}>", '2').ConfigureAwait(false);
            foreach (var address in to.To)
            {
                await SayAsync($"RCPT TO:<{address}>", '2').ConfigureAwait(false);
            }

            await SayAsync("DATA", '3').ConfigureAwait(false);
            await SayAsync(TextOf(to, message, now), '2').ConfigureAwait(false);
            await SayAsync("QUIT", '2').ConfigureAwait(false);

            async Task SayAsync(string line, char expected)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                await ExpectAsync(reader, expected, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // The agent's words stand in the body alone, where a line that begins with a dot is stuffed; the subject is ours.
    private static string TextOf(Recipient to, AskMessage message, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"From: <{to.From}>\r\nTo: {string.Join(", ", to.To.Select(one => $"<{one}>"))}\r\nSubject: approval {message.Id} is asked for\r\nDate: {now:r}\r\n"
        );
        text.Append(
            CultureInfo.InvariantCulture,
            $"Message-ID: <{message.Id}.{message.Digest[..16]}@bartizan.localhost>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        );
        foreach (var line in message.ToLines().SelectMany(Cut))
        {
            text.Append(line.StartsWith('.') ? "." : "").Append(line).Append("\r\n");
        }

        return text.Append('.').ToString();
    }

    private static IEnumerable<string> Cut(string line) =>
        line.Length == 0 ? [""] : line.Chunk(LineWidth).Select(part => new string(part));

    private static async Task ExpectAsync(StreamReader reader, char expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (line is not { Length: >= 3 and <= MaxReply } || line[0] != expected)
            {
                throw new IOException("the mail server refused it");
            }

            if (line.Length == 3 || line[3] != '-')
            {
                return;
            }
        }
    }
}
