namespace Bartizan.Vault.Tests;

internal enum DiskFault
{
    Before,
    Torn,
    After,
}
