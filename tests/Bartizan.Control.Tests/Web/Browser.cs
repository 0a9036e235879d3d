namespace Bartizan.Control.Tests.Web;

/// <summary>What a browser has of a sign-in.</summary>
internal sealed record Browser(string Cookie, string Form, string Session);
