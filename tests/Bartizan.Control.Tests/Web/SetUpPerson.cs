namespace Bartizan.Control.Tests.Web;

/// <summary>What a person knows and has.</summary>
internal sealed record SetUpPerson(string Name, string Passphrase, byte[] Secret, IReadOnlyList<string> RecoveryCodes);
