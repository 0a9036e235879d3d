namespace Bartizan.Vault.Providers.Aws;

/// <summary>A role of an account: <c>arn:aws:iam::123456789012:role/team/reader</c>.</summary>
/// <param name="Arn">It as AWS writes it.</param>
/// <param name="Partition">The partition, such as <c>aws-cn</c>.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Name">Its name, without the path.</param>
internal sealed record AwsRole(string Arn, string Partition, string Account, string Name)
{
    /// <summary>The longest name of a role's session.</summary>
    public const int MaxSessionLength = 64;

    /// <summary>Reads one; null when it is none.</summary>
    public static AwsRole? Read(string arn) =>
        arn.Split(':') is ["arn", var partition, "iam", "", { Length: 12 } account, var rest]
        && rest.Split('/') is ["role", .., { Length: > 0 } name]
            ? new AwsRole(arn, partition, account, name)
            : null;

    /// <summary>What ends the names of the partition's hosts.</summary>
    public string Suffix => Partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";

    /// <summary>The ARN of a session of it.</summary>
    public string SessionArn(string session) => $"arn:{Partition}:sts::{Account}:assumed-role/{Name}/{session}";

    /// <summary>What AWS's own log shall call a session: the agent's name, as far as it fits, and the session's id.</summary>
    public static string SessionNameOf(string agent, string session)
    {
        var fits = new string([.. agent.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-')]);
        return $"{fits[..Math.Min(fits.Length, MaxSessionLength - 1 - session.Length)]}-{session}";
    }
}
